// TestFiles.swift -- files that tests look at, damage and remove behind the back of what they test.

import Glibc
package import Testing

/// Files by their paths, without the code under test.
package enum TestFiles {
  /// The bytes of a file; none when it cannot be read.
  package static func read(_ path: String) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    var all: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
      guard count > 0 else { return all }
      all += buffer.prefix(count)
    }
  }

  /// The text of a file.
  package static func text(_ path: String) -> String { String(decoding: read(path), as: UTF8.self) }

  /// Replaces a file; not durably, as thousands are written.
  package static func write(
    _ bytes: some Sequence<UInt8>, to path: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    // Truncating a file in place makes some file systems write it to the disk; a new one stays in memory.
    _ = unsafe unlink(path)
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    defer { close(descriptor) }
    let all = Array(bytes)
    var done = 0
    while done < all.count {
      let count = unsafe all.withUnsafeBytes { buffer in
        unsafe Glibc.write(descriptor, buffer.baseAddress.map { unsafe $0 + done }, buffer.count - done)
      }
      guard count > 0 else { break }
      done += count
    }
    #expect(descriptor >= 0 && done == all.count, "cannot write \(path)", sourceLocation: sourceLocation)
  }

  /// The names in a folder, sorted; none when there is no such folder.
  package static func names(in path: String) -> [String] {
    guard let directory = unsafe opendir(path) else { return [] }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Removes a file, or a folder with everything in it.
  package static func remove(_ path: String) {
    if unsafe unlink(path) == 0 { return }
    for name in names(in: path) { remove("\(path)/\(name)") }
    _ = unsafe rmdir(path)
  }
}
