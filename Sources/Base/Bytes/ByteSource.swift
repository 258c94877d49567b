// ByteSource.swift -- bytes of an array that may lie in a file, in memory, or escaped in text.

/// The bytes of an array's payload, readable at any offset without loading the rest.
///
/// Reading forward in order is the fast path; going back may cost more and gives the same bytes.
package protocol ByteSource: Sendable {
  /// Bytes in all, after any decoding.
  var byteCount: Int { get }

  /// Whether reading at any offset costs the same, as from a plain file; false where going back starts over.
  var isRandomAccess: Bool { get }

  /// Fills a buffer with the bytes from an offset on.
  ///
  /// - Parameters:
  ///   - offset: The first byte; `offset + buffer.byteCount` is at most ``byteCount``.
  ///   - buffer: Where the bytes go; filled completely.
  /// - Throws: ``EngramError`` with code `truncated`, `corrupt` or `io`, naming the file and the byte offset in it.
  func read(at offset: Int, into buffer: inout MutableRawSpan) throws(EngramError)
}

extension ByteSource {
  /// No: say yes only where it is true.
  package var isRandomAccess: Bool { false }

  /// The bytes of a range, in a new array.
  ///
  /// - Throws: As ``read(at:into:)``.
  package func bytes(_ range: Range<Int>) throws(EngramError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: range.count)
    var span = bytes.mutableSpan
    // SAFETY: every bit pattern is a UInt8.
    var raw = unsafe span.mutableBytes
    try read(at: range.lowerBound, into: &raw)
    return bytes
  }
}
