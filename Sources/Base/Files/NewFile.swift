// NewFile.swift -- a new file that is written from front to back in large pieces.

import Glibc

/// A new file that is written from front to back in large pieces.
package final class NewFile {
  /// Bytes that are collected before they are written.
  private static let bufferByteCount = 1 << 20

  /// The path as given.
  package let path: String
  /// Bytes given so far.
  package private(set) var byteCount = 0
  private var writtenByteCount = 0
  private var buffer: [UInt8] = []
  private var descriptor: Int32

  /// Creates the file.
  ///
  /// - Throws: `exists` when there is one, `diskFull`, `notFound` when there is no such directory, `io`.
  package init(creating path: String) throws(EngramError) {
    self.path = path
    descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .system(errno, "create the file", path) }
    buffer.reserveCapacity(Self.bufferByteCount)
  }

  deinit { if descriptor >= 0 { _ = Glibc.close(descriptor) } }

  /// Adds bytes.
  package func append(_ bytes: [UInt8]) throws(EngramError) {
    if buffer.count + bytes.count > Self.bufferByteCount {
      try flush()
      if bytes.count >= Self.bufferByteCount {
        try write(bytes)
        byteCount += bytes.count
        return
      }
    }
    buffer.append(contentsOf: bytes)
    byteCount += bytes.count
  }

  /// Writes everything, makes it durable and closes the file.
  package func finish() throws(EngramError) {
    try flush()
    guard fsync(descriptor) == 0 else { throw .system(errno, "make the file durable", path) }
    let status = Glibc.close(descriptor)
    descriptor = -1
    guard status == 0 else { throw .system(errno, "close the file", path) }
  }

  /// Closes and deletes the file.
  package func delete() {
    if descriptor >= 0 { _ = Glibc.close(descriptor) }
    descriptor = -1
    unsafe _ = unlink(path)
  }

  private func flush() throws(EngramError) {
    try write(buffer)
    buffer.removeAll(keepingCapacity: true)
  }

  private func write(_ bytes: [UInt8]) throws(EngramError) {
    var done = 0
    while done < bytes.count {
      // SAFETY: the pointer is used within the closure and `done` is below the count.
      let written = unsafe bytes.withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress.map { unsafe $0 + done }, $0.count - done)
      }
      if written > 0 {
        done += written
        writtenByteCount += written
      } else if written == 0 || errno != EINTR {
        throw .system(written == 0 ? EIO : errno, "write the file", path, offset: writtenByteCount)
      }
    }
  }
}
