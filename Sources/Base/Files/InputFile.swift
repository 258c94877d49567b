// InputFile.swift -- a regular file that is open for reading at any offset, by any number of threads.

import Glibc

/// A regular file that is open for reading; it closes when the last user lets go.
///
/// Reads name their offset (`pread`), so threads share it without a lock.
package final class InputFile: Sendable {
  /// The path it was opened by.
  package let path: String
  /// Its length when it was opened.
  package let byteCount: Int
  /// The open file.
  private let descriptor: Int32

  /// Opens a file.
  ///
  /// - Throws: ``EngramError`` with code `notFound` when there is none, `unsupported` when it is no regular file
  ///   (a folder or a pipe has no length to check against), `io` when the system refuses.
  package init(opening path: String) throws(EngramError) {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      let reason = errno
      throw EngramError(
        reason == ENOENT ? .notFound : .io, "the file cannot be opened", file: path, found: systemMessage(reason),
        mend: reason == ENOENT ? "check the path" : nil)
    }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw EngramError(
        .unsupported, "this is not a regular file", file: path, mend: "save it to a file first and name that file")
    }
    self.path = path
    self.byteCount = Int(status.st_size)
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// Fills a buffer with the bytes from an offset on.
  ///
  /// - Throws: ``EngramError`` with code `truncated` when the file ends before the buffer is full, `io` when the
  ///   system refuses.
  package func read(at offset: Int, into buffer: inout MutableRawSpan) throws(EngramError) {
    // SAFETY: pread writes at most `count - done` bytes from `base + done` on, inside the buffer that the span lends.
    let outcome: (done: Int, reason: Int32) = unsafe buffer.withUnsafeMutableBytes { bytes in
      var done = 0
      while done < bytes.count {
        let got = unsafe pread(
          descriptor, bytes.baseAddress.map { unsafe $0 + done }, bytes.count - done, offset + done)
        if got < 0, errno == EINTR { continue }
        if got <= 0 { return (done, got < 0 ? errno : 0) }
        done += got
      }
      return (done, 0)
    }
    guard outcome.done == buffer.byteCount else {
      if outcome.reason != 0 {
        throw EngramError(
          .io, "the file cannot be read", file: path, offset: offset + outcome.done,
          found: systemMessage(outcome.reason))
      }
      throw EngramError(
        .truncated, "the file ends too early", file: path, offset: offset + outcome.done,
        expected: "\(buffer.byteCount - outcome.done) more bytes", found: "the end of the file",
        mend: "copy the file again from its source")
    }
  }

  /// The whole file.
  ///
  /// - Throws: As ``read(at:into:)``, and `limit` when it is longer than `limit` bytes.
  package func contents(limit: Int) throws(EngramError) -> [UInt8] {
    guard byteCount <= limit else {
      throw EngramError(
        .limit, "the file is larger than may be read into memory", file: path, expected: "at most \(limit) bytes",
        found: "\(byteCount) bytes")
    }
    return try FileSlice(file: self, offset: 0, byteCount: byteCount).bytes(0..<byteCount)
  }
}

/// What the system says about an error number.
package func systemMessage(_ reason: Int32) -> String {
  // SAFETY: strerror returns a valid C string, which is copied at once.
  guard let text = unsafe strerror(reason) else { return "error \(reason)" }
  return unsafe String(cString: text)
}

/// A range of an open file.
package struct FileSlice: ByteSource {
  /// The file.
  package let file: InputFile
  /// Where in the file the range starts.
  package let offset: Int
  /// Bytes in all; the range lies inside the file.
  package let byteCount: Int

  /// Makes a slice of a range that lies inside the file.
  package init(file: InputFile, offset: Int, byteCount: Int) {
    precondition(offset >= 0 && byteCount >= 0 && offset <= file.byteCount - byteCount, "a slice lies inside its file")
    self.file = file
    self.offset = offset
    self.byteCount = byteCount
  }

  /// Yes.
  package var isRandomAccess: Bool { true }

  /// Reads from the file.
  package func read(at offset: Int, into buffer: inout MutableRawSpan) throws(EngramError) {
    precondition(offset >= 0 && offset <= byteCount - buffer.byteCount, "reads stay inside the source")
    try file.read(at: self.offset + offset, into: &buffer)
  }
}
