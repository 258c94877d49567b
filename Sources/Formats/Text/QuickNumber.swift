// QuickNumber.swift -- decimal numbers from bytes, exact, without making text of them.

import CDecimalKernels
import Glibc

/// Reads decimal numbers.
enum QuickNumber {
  private static let powers: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
  ]
  /// The longest number that is looked at; longer ones are told by whoever reads text.
  private static let longest = 64

  /// The number that bytes are, or nil for anything else, infinities and NaN included.
  @unsafe static func read(_ bytes: UnsafeRawBufferPointer) -> Double? {
    let count = bytes.count
    guard count > 0, count < longest else { return nil }
    var place = 0
    // SAFETY: every index is below `count`.
    let isNegative = unsafe bytes[0] == UInt8(ascii: "-")
    if unsafe isNegative || bytes[0] == UInt8(ascii: "+") { place = 1 }
    var (mantissa, digits, fraction, seen) = (UInt64(0), 0, 0, false)
    var isInFraction = false
    while place < count {
      let byte = unsafe bytes[place]
      let digit = byte &- 48
      if digit < 10 {
        seen = true
        if digits < 19 {
          mantissa = mantissa &* 10 &+ UInt64(digit)
          if mantissa > 0 { digits &+= 1 }
          if isInFraction { fraction &+= 1 }
        } else {
          return unsafe slow(bytes)
        }
      } else if byte == UInt8(ascii: "."), !isInFraction {
        isInFraction = true
      } else {
        break
      }
      place &+= 1
    }
    guard seen else { return nil }
    var exponent = 0
    if place < count {
      guard unsafe bytes[place] | 0x20 == UInt8(ascii: "e") else { return nil }
      place &+= 1
      var isSmall = false
      if place < count, unsafe bytes[place] == UInt8(ascii: "-") || bytes[place] == UInt8(ascii: "+") {
        isSmall = unsafe bytes[place] == UInt8(ascii: "-")
        place &+= 1
      }
      guard place < count, count - place <= 4 else { return nil }
      while place < count {
        let digit = unsafe bytes[place] &- 48
        guard digit < 10 else { return nil }
        exponent = exponent &* 10 &+ Int(digit)
        place &+= 1
      }
      if isSmall { exponent = -exponent }
    }
    let power = exponent - fraction
    if mantissa < 1 << 53, power >= -22, power <= 22 {
      let value = power < 0 ? Double(mantissa) / powers[-power] : Double(mantissa) * powers[power]
      return isNegative ? -value : value
    }
    // Up to 19 digits: the digits that tell a Float64 from its neighbours are 17.
    var value = 0.0
    guard unsafe engram_decimal(mantissa, Int32(clamping: power), &value) != 0 else { return unsafe slow(bytes) }
    return isNegative ? -value : value
  }

  /// The C library's answer for what has been seen to be a number.
  @unsafe private static func slow(_ bytes: UnsafeRawBufferPointer) -> Double? {
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: longest + 1) { text -> Double? in
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
