// PickleFileHandle.swift -- an open file, read at any offset by any number of threads.

package import Base
import Glibc

/// An open file, shared by the payloads that lie in it and closed when the last of them is gone.
///
/// Reading is by offset (`pread`), so threads do not disturb each other.
package final class PickleFileHandle: Sendable {
  /// The path it was opened by.
  package let path: String
  /// Bytes in the file when it was opened.
  package let byteCount: Int
  private let descriptor: Int32

  /// Opens a regular file for reading.
  ///
  /// - Throws: ``EngramError`` with code `notFound` or `io`.
  package init(opening path: String) throws(EngramError) {
    // SAFETY: open copies nothing beyond the call; Swift passes a NUL-terminated path.
    let opened = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard opened >= 0 else { throw Self.failure("the file cannot be opened", path: path) }
    var status = stat()
    // SAFETY: `status` is a whole `stat` that lives across the call.
    guard unsafe fstat(opened, &status) == 0 else {
      let error = Self.failure("the file cannot be examined", path: path)
      close(opened)
      throw error
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      close(opened)
      throw EngramError(
        .io, "this is not a regular file", file: path,
        mend: "name a file on disk; a pipe or directory cannot be ingested"
      )
    }
    posix_fadvise(opened, 0, 0, POSIX_FADV_SEQUENTIAL)
    descriptor = opened
    byteCount = Int(status.st_size)
    self.path = path
  }

  deinit { close(descriptor) }

  /// Reads from an offset on until the buffer is full or the file ends.
  ///
  /// - Returns: The bytes read, less than the buffer holds only at the end of the file.
  /// - Throws: ``EngramError`` with code `io`.
  package func read(at offset: Int, into buffer: inout MutableRawSpan) throws(EngramError) -> Int {
    let descriptor = descriptor
    var failed = false
    // SAFETY: pread writes at most `count - done` bytes from `done` on, inside the buffer of the span.
    let done = unsafe buffer.withUnsafeMutableBytes { bytes -> Int in
      var done = 0
      while done < bytes.count, let start = bytes.baseAddress {
        let got = unsafe pread(descriptor, start + done, bytes.count - done, off_t(offset + done))
        if got < 0 && errno == EINTR { continue }
        if got < 0 { failed = true }
        if got <= 0 { break }
        done += got
      }
      return done
    }
    if failed { throw Self.failure("the file cannot be read", path: path, offset: offset) }
    return done
  }

  /// Fills a buffer with the bytes from an offset on.
  ///
  /// - Throws: ``EngramError`` with code `truncated` when the file has become shorter, or `io`.
  package func readExactly(at offset: Int, into buffer: inout MutableRawSpan) throws(EngramError) {
    let wanted = buffer.byteCount
    let got = try read(at: offset, into: &buffer)
    guard got == wanted else {
      throw EngramError(
        .truncated, "the file has become shorter while it was read", file: path, offset: offset + got,
        expected: "\(wanted) bytes", found: "\(got) bytes",
        mend: "wait until nothing writes to the file, then try again")
    }
  }

  /// An `io` or `notFound` error that carries the system's own words.
  private static func failure(_ message: String, path: String, offset: Int? = nil) -> EngramError {
    let number = errno
    // SAFETY: strerror returns a NUL-terminated text that is copied at once.
    let reason = unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
    return EngramError(
      number == ENOENT ? .notFound : .io, message, file: path, offset: offset, found: reason,
      mend: number == ENOENT ? "check the path" : nil)
  }
}
