// ChildProcess.swift -- another process that a test starts, watches, waits for or kills.

import Glibc
package import Testing

/// A started process; its standard output and standard error are collected in files.
package final class ChildProcess {
  private let identifier: pid_t
  private let folder = TemporaryFolder()
  private var status: Int32?

  /// A program that the package builds beside the tests.
  package static func built(_ name: String) -> String {
    var path = [CChar](repeating: 0, count: 4_096)
    let count = unsafe readlink("/proc/self/exe", &path, path.count)
    let bytes = path.prefix(max(0, count)).map(UInt8.init(bitPattern:))
    return String(decoding: bytes[..<(bytes.lastIndex(of: UInt8(ascii: "/")) ?? 0)], as: UTF8.self) + "/" + name
  }

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - program: Its path, or a name to be found in `PATH`.
  ///   - words: Its arguments.
  ///   - input: What it reads from standard input.
  ///   - environment: All of its environment; nil is the environment of the tests.
  ///   - workingFolder: Where it starts; nil is where the tests run.
  ///   - sourceLocation: Where a failure to start is shown.
  package init(
    _ program: String, _ words: [String], input: String = "", environment: [String: String]? = nil,
    workingFolder: String? = nil, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    folder.write(input, to: "in")
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_addopen(&actions, 0, folder["in"], O_RDONLY, 0)
    for (descriptor, name) in [(Int32(1), "out"), (2, "err")] {
      unsafe posix_spawn_file_actions_addopen(
        &actions, descriptor, folder[name], O_WRONLY | O_CREAT | O_APPEND, 0o644)
    }
    let line = (workingFolder.map { ["env", "-C", $0] } ?? []) + [program] + words
    var arguments: [UnsafeMutablePointer<CChar>?] = unsafe line.map { unsafe strdup($0) } + [nil]
    defer { unsafe arguments.forEach { unsafe free($0) } }
    var variables: [UnsafeMutablePointer<CChar>?] =
      unsafe (environment ?? [:]).map { unsafe strdup("\($0.key)=\($0.value)") } + [nil]
    defer { unsafe variables.forEach { unsafe free($0) } }
    // Threads that run tests have signals blocked, which a process would inherit.
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    unsafe sigemptyset(&none)
    unsafe posix_spawnattr_setsigmask(&attributes, &none)
    unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var started = pid_t()
    let code =
      if environment == nil {
        unsafe posix_spawnp(&started, line[0], &actions, &attributes, &arguments, environ)
      } else {
        unsafe posix_spawnp(&started, line[0], &actions, &attributes, &arguments, &variables)
      }
    #expect(code == 0, "\(program) does not start: error \(code)", sourceLocation: sourceLocation)
    identifier = code == 0 ? started : 0
  }

  deinit { kill() }

  /// Standard output so far.
  package var output: String { folder.text("out") }

  /// Standard error so far.
  package var errors: String { folder.text("err") }

  /// The lines of standard output so far that have come whole.
  package var lines: [String] {
    output.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
  }

  /// Sends it a signal.
  package func send(_ number: Int32) {
    if status == nil, identifier > 0 { Glibc.kill(identifier, number) }
  }

  /// Kills it with a signal that it cannot see.
  package func kill() {
    guard status == nil, identifier > 0 else { return }
    Glibc.kill(identifier, SIGKILL)
    wait()
  }

  /// Waits for its end.
  ///
  /// - Returns: The exit code, or 128 and the signal; 127 when it did not start.
  @discardableResult
  package func wait() -> Int32 {
    if let status { return status }
    guard identifier > 0 else { return 127 }
    var raw: Int32 = 0
    while unsafe waitpid(identifier, &raw, 0) < 0, errno == EINTR {}
    let code = raw & 0x7F == 0 ? (raw >> 8) & 0xFF : 128 + (raw & 0x7F)
    status = code
    return code
  }

  /// Waits until it has printed as many lines, at most half a minute.
  package func waitForLines(_ count: Int, sourceLocation: SourceLocation = #_sourceLocation) {
    for _ in 0..<15_000 where lines.count < count { usleep(2_000) }
    #expect(lines.count >= count, "\(errors)", sourceLocation: sourceLocation)
  }
}
