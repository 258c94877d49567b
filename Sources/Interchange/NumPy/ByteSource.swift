// ByteSource.swift -- bytes of an array that may lie in a file, in memory, or escaped in text.

package import TrajectoryModel

/// The bytes of an array's payload, readable at any offset without loading the rest.
///
/// Reading forward in order is the fast path; going back may cost more and gives the same bytes.
package protocol ByteSource: Sendable {
  /// Bytes in all, after any decoding.
  var byteCount: Int { get }

  /// Fills a buffer with the bytes from an offset on.
  ///
  /// - Parameters:
  ///   - offset: The first byte; `offset + buffer.byteCount` is at most ``byteCount``.
  ///   - buffer: Where the bytes go; filled completely.
  /// - Throws: ``EngramError`` with code `truncated`, `corrupt` or `io`, naming the file and the byte offset in it.
  func read(at offset: Int, into buffer: inout MutableRawSpan) throws(EngramError)
}
