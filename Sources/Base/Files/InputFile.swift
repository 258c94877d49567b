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
  let descriptor: Int32

  /// Opens a file by a path of the user's choice, whose links are followed.
  ///
  /// - Throws: ``EngramError`` with code `notFound` when there is none, `unsupported` when it is no regular file
  ///   (a folder or a pipe has no length to check against), `io` when the system refuses.
  package init(opening path: String) throws(EngramError) {
    // Opening a pipe must not wait for its writer.
    // SAFETY: the path is a C string for the time of the call.
    let opened = unsafe open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
    guard opened >= 0 else { throw .system("open the file", path) }
    descriptor = opened
    self.path = path
    do throws(EngramError) {
      let status = try FileStatus(of: opened, path: path)
      guard status.kind == .file else {
        throw EngramError(
          .unsupported, "this is not a regular file", file: path, found: status.kind.rawValue,
          mend: "save it to a file first and name that file")
      }
      byteCount = status.byteCount
    } catch {
      close(opened)
      throw error
    }
  }

  /// Opens a file of a directory, following no link.
  ///
  /// - Throws: ``EngramError`` with code `notFound` when there is none, `corrupt` when it is not a regular file, `io`.
  package init(_ name: String, in directory: DirectoryHandle) throws(EngramError) {
    path = directory.path(of: name)
    descriptor = try directory.open(name, O_RDONLY)
    do throws(EngramError) {
      byteCount = try FileStatus(of: descriptor, path: path).byteCount
    } catch {
      close(descriptor)
      throw error
    }
  }

  deinit { close(descriptor) }

  /// Tells the system that the file will be read from front to back.
  package func willBeReadInOrder() { posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL) }

  /// Reads from an offset on until the buffer is full or the file ends.
  ///
  /// - Returns: The bytes read, fewer than the buffer holds only at the end of the file.
  /// - Throws: ``EngramError`` with code `io`.
  package func readUpToEnd(at offset: Int, into buffer: inout MutableRawSpan) throws(EngramError) -> Int {
    // SAFETY: pread writes at most `count - done` bytes from `base + done` on, inside the buffer that the span lends.
    let outcome: (done: Int, number: Int32) = unsafe buffer.withUnsafeMutableBytes { bytes in
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
    guard outcome.number == 0 else {
      throw .system("read the file", path, offset: offset + outcome.done, number: outcome.number)
    }
    return outcome.done
  }

  /// Fills a buffer with the bytes from an offset on.
  ///
  /// - Throws: ``EngramError`` with code `truncated` when the file ends before the buffer is full, `io` when the
  ///   system refuses.
  package func read(at offset: Int, into buffer: inout MutableRawSpan) throws(EngramError) {
    let wanted = buffer.byteCount
    let done = try readUpToEnd(at: offset, into: &buffer)
    guard done == wanted else {
      // What was checked against the length is there, unless somebody has cut the file since.
      let isCut = offset + wanted <= byteCount
      throw EngramError(
        .truncated, isCut ? "the file has become shorter while it was read" : "the file ends too early", file: path,
        offset: offset + done, expected: "\(wanted - done) more bytes", found: "the end of the file",
        mend: isCut
          ? "wait until nothing writes to the file, then try again" : "copy the file again from its source")
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
