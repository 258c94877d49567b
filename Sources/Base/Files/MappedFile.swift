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

  /// Maps a file, which need not stay open.
  ///
  /// - Throws: `io`, or `truncated` when the file is shorter than `minimumByteCount`, which is at least 1.
  package init(_ file: InputFile, minimumByteCount: Int) throws(EngramError) {
    path = file.path
    guard file.byteCount >= max(1, minimumByteCount) else {
      throw EngramError(
        .truncated, "the file ends too early", file: path, offset: file.byteCount,
        expected: "at least \(minimumByteCount) bytes", found: "\(file.byteCount)",
        mend: "restore the file from a copy")
    }
    let address = unsafe mmap(nil, file.byteCount, PROT_READ, MAP_SHARED, file.descriptor, 0)
    guard let address = unsafe address, unsafe address != MAP_FAILED else { throw .system("map the file", path) }
    unsafe mapping = UnsafeRawBufferPointer(start: address, count: file.byteCount)
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
