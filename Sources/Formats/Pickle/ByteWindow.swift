// ByteWindow.swift -- an array of bytes as a place to read into.

import Base

extension [UInt8] {
  /// Lets a reader fill the first bytes of the array.
  mutating func withFirst<Result>(
    _ count: Int, _ body: (inout MutableRawSpan) throws(EngramError) -> Result
  ) throws(EngramError) -> Result {
    precondition(count <= self.count, "the bytes lie in the array")
    var span = mutableSpan
    // SAFETY: every pattern of bits is a valid UInt8, so any bytes may be written.
    var bytes = unsafe span.mutableBytes
    var part = bytes._mutatingExtracting(first: count)
    return try body(&part)
  }
}
