// QuickNumber.swift -- decimal numbers from bytes, exact, without making text of them.

import CTextKernels
import Glibc

/// Reads decimal numbers.
///
/// Exact: up to 15 digits and a power of ten below 10^22 are one operation on exact numbers (Clinger 1990), up to 19 digits
/// one operation of extended precision whose rounding can be told; others go to `strtod`, which rounds correctly.
enum QuickNumber {
  /// The longest number that is looked at; longer ones are told by whoever reads text.
  private static let longest = 64

  /// The number that bytes are, or nil for anything else, infinities and NaN included.
  @unsafe static func read(_ bytes: UnsafeRawBufferPointer) -> Double? {
    guard let base = bytes.baseAddress else { return nil }
    var value = 0.0
    // SAFETY: the kernel reads `count` bytes, which the buffer has.
    switch unsafe engram_read_decimal(base.assumingMemoryBound(to: UInt8.self), bytes.count, &value) {
    case 1: return value
    case 0: return nil
    default: return unsafe slow(bytes)
    }
  }

  /// The C library's answer for what has been seen to begin like a number.
  @unsafe private static func slow(_ bytes: UnsafeRawBufferPointer) -> Double? {
    guard bytes.count < longest else { return nil }
    return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: longest + 1) { text -> Double? in
      for index in 0..<bytes.count { unsafe text[index] = CChar(bitPattern: bytes[index]) }
      unsafe text[bytes.count] = 0
      guard let base = text.baseAddress else { return nil }
      var end: UnsafeMutablePointer<CChar>?
      // SAFETY: the text ends with a NUL, and `end` points into it.
      let value = unsafe strtod(base, &end)
      guard let end = unsafe end, unsafe end == base + bytes.count, value.isFinite else { return nil }
      return value
    }
  }
}
