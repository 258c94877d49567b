// SegmentIdentifier.swift -- the 16 random bytes that name a segment and its file.

/// The 16 random bytes that name a segment and its file.
///
/// Whatever text claims to be one, in a catalog or in a directory, becomes one here or is refused; so the name of a file
/// is always made of 32 digits, and never of a path.
package struct SegmentIdentifier: Sendable, Hashable {
  /// The bytes 0 to 7, as a little-endian number.
  package let low: UInt64
  /// The bytes 8 to 15, as a little-endian number.
  package let high: UInt64

  /// Makes an identifier of its two halves.
  package init(low: UInt64, high: UInt64) {
    self.low = low
    self.high = high
  }

  /// A new identifier.
  package static func random() -> SegmentIdentifier {
    SegmentIdentifier(low: .random(in: .min ... .max), high: .random(in: .min ... .max))
  }

  /// The identifier of 32 lower-case hexadecimal digits, or nil for anything else.
  package init?(hex: String) {
    var halves: [UInt64] = [0, 0]
    let digits = Array(hex.utf8)
    guard digits.count == 32 else { return nil }
    for (place, digit) in digits.enumerated() {
      let value: UInt8
      switch digit {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = digit - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): value = digit - UInt8(ascii: "a") + 10
      default: return nil
      }
      let byte = place / 2
      halves[byte / 8] |= UInt64(value) << UInt64(byte % 8 * 8 + (place % 2 == 0 ? 4 : 0))
    }
    self.init(low: halves[0], high: halves[1])
  }

  /// The identifier of a segment's file, or nil for a name that no segment has.
  package init?(fileName: String) {
    guard fileName.hasSuffix(Self.fileSuffix) else { return nil }
    self.init(hex: String(fileName.dropLast(Self.fileSuffix.count)))
  }

  private static let fileSuffix = ".seg"

  /// The name of the segment's file.
  package var fileName: String { hex + Self.fileSuffix }

  /// 32 lower-case hexadecimal digits, first byte first.
  package var hex: String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for half in [low, high] {
      for byte in 0..<8 {
        let value = Int(truncatingIfNeeded: half >> UInt64(byte * 8)) & 0xff
        text.append(digits[value >> 4])
        text.append(digits[value & 15])
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
