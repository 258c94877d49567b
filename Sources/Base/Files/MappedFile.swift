// MappedFile.swift -- a file, mapped into memory for reading.

import Glibc

/// A file, mapped into memory for reading.
///
/// The size is the size at opening. Segments never change once they are committed; should another program shorten one
/// while it is mapped, the system ends the process that touches the missing pages.
@safe package final class MappedFile: Sendable {
  /// The path as given.
  package let path: String
  // SAFETY: the mapping is read-only and lives as long as this object.
  private nonisolated(unsafe) let mapping: UnsafeRawBufferPointer

  /// Maps a file.
  ///
  /// - Throws: `notFound`, `io`, or `truncated` when the file is shorter than `minimumByteCount`.
  package init(opening path: String, minimumByteCount: Int) throws(EngramError) {
    self.path = path
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system(errno, "open the file", path) }
    defer { _ = Glibc.close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw .system(errno, "examine the file", path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw EngramError(.io, "not a regular file", file: path)
    }
    guard status.st_size >= minimumByteCount, minimumByteCount > 0 else {
      throw EngramError(
        .truncated, "the file ends too early", file: path, offset: Int(status.st_size),
        expected: "at least \(minimumByteCount) bytes", found: "\(status.st_size)",
        mend: "restore the file from a copy")
    }
    let address = unsafe mmap(nil, status.st_size, PROT_READ, MAP_SHARED, descriptor, 0)
    guard let address = unsafe address, unsafe address != MAP_FAILED else { throw .system(errno, "map the file", path) }
    unsafe mapping = UnsafeRawBufferPointer(start: address, count: status.st_size)
  }

  deinit { unsafe _ = munmap(UnsafeMutableRawPointer(mutating: mapping.baseAddress), mapping.count) }

  /// Bytes of the file.
  package var byteCount: Int { unsafe mapping.count }

  /// Hands out the bytes of the file.
  package func withBytes<Result, Failure: Error>(_ body: (RawSpan) throws(Failure) -> Result) throws(Failure) -> Result
  {
    // SAFETY: the mapping lives as long as this object, which outlives the call.
    try body(unsafe mapping.bytes)
  }
}
