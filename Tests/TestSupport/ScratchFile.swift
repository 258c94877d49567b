// ScratchFile.swift -- a file of a test's own.

import Glibc

/// A file of a test's own, removed when the test is done with it.
package final class ScratchFile {
  private let folder = TemporaryFolder()
  private let descriptor: Int32
  package var path: String { folder["scratch.pkl"] }

  package init(_ bytes: [UInt8] = []) {
    // SAFETY: the path is a NUL-terminated text during the call.
    descriptor = unsafe open(folder["scratch.pkl"], O_RDWR | O_CREAT | O_EXCL, 0o600)
    precondition(descriptor >= 0, "a scratch file can be made in /tmp")
    replace(bytes)
  }

  deinit { close(descriptor) }

  /// Makes the file hold these bytes and no others.
  package func replace(_ bytes: [UInt8]) {
    cut(to: 0)
    write(bytes, at: 0)
  }

  /// Overwrites bytes in place.
  package func write(_ bytes: [UInt8], at offset: Int) {
    // SAFETY: pwrite reads `bytes.count` bytes of the array during the call.
    precondition(unsafe pwrite(descriptor, bytes, bytes.count, offset) == bytes.count, "the disk has room")
  }

  /// Cuts the file.
  package func cut(to count: Int) { precondition(ftruncate(descriptor, count) == 0, "the file can be cut") }
}
