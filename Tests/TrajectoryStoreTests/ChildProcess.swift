// ChildProcess.swift -- another process that works on a store while a test looks on, or until it kills it.

import Glibc
import Synchronization
import Testing

/// A started process whose output is collected in files.
final class ChildProcess {
  private let identifier: pid_t
  private let output: String
  private let errors: String
  private var status: Int32?

  /// Starts `store-driver`, which the package builds beside the tests.
  init(_ words: String..., in folder: Folder) {
    let name = folder["child-\(UInt64.random(in: 0...(.max)))"]
    (output, errors) = (name + ".out", name + ".err")
    let program = Self.products + "/store-driver"
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    unsafe posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o644)
    unsafe posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_APPEND, 0o644)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    var arguments: [UnsafeMutablePointer<CChar>?] = unsafe ([program] + words).map { unsafe strdup($0) } + [nil]
    defer { unsafe arguments.forEach { unsafe free($0) } }
    var started = pid_t()
    let code = unsafe posix_spawn(&started, program, &actions, nil, &arguments, environ)
    #expect(code == 0, "\(program) does not start: error \(code)")
    identifier = started
  }

  deinit { kill() }

  /// The folder of the test executable.
  private static var products: String {
    var name = [CChar](repeating: 0, count: 4_096)
    let count = unsafe readlink("/proc/self/exe", &name, name.count)
    let path = name.prefix(max(0, count)).map(UInt8.init(bitPattern:))
    return String(decoding: path[..<(path.lastIndex(of: 47) ?? 0)], as: UTF8.self)
  }

  /// The lines of standard output so far that have come whole.
  var lines: [String] {
    String(decoding: Folder.read(output), as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
      .dropLast().map(String.init)
  }

  /// Standard error so far.
  var complaint: String { String(decoding: Folder.read(errors), as: UTF8.self) }

  /// Kills it with a signal that it cannot see.
  func kill() {
    guard status == nil, identifier > 0 else { return }
    Glibc.kill(identifier, SIGKILL)
    wait()
  }

  /// Waits for its end.
  ///
  /// - Returns: The exit code, or 128 and the signal.
  @discardableResult
  func wait() -> Int32 {
    if let status { return status }
    var raw: Int32 = 0
    while unsafe waitpid(identifier, &raw, 0) < 0, errno == EINTR {}
    let code = raw & 0x7F == 0 ? (raw >> 8) & 0xFF : 128 + (raw & 0x7F)
    status = code
    return code
  }

  /// Waits until it has printed as many lines, at most half a minute.
  func waitForLines(_ count: Int) {
    for _ in 0..<15_000 where lines.count < count { usleep(2_000) }
    #expect(lines.count >= count, "\(complaint)")
  }
}
