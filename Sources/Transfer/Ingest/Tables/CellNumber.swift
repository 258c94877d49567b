// CellNumber.swift -- which texts are numbers, and which of these are whole.

/// What a text is when it is read as a number.
enum CellNumber: Equatable {
  /// A whole number of 64 bits in its plain spelling.
  case whole(Int64)
  /// A whole number that 64 bits do not hold.
  case beyondInt64
  /// A number with a fraction or an exponent, or an infinity.
  case real(Double)
  /// Digits with zeros in front, such as 007.
  case code
  /// A number with a comma where a point is expected.
  case decimalComma
  /// Anything else.
  case other

  /// Reads a text.
  init(_ text: String, decimal: TableRules.Decimal) {
    var rest = text.utf8[...]
    let sign = rest.first.flatMap { [UInt8(ascii: "-"), UInt8(ascii: "+")].contains($0) ? $0 : nil }
    if sign != nil { rest = rest.dropFirst() }
    guard let first = rest.first else { self = .other; return }
    if rest.allSatisfy(Self.isDigit) {
      if first == UInt8(ascii: "0"), rest.count > 1 { self = .code; return }
      // A plus sign is no plain spelling of a whole number.
      if sign == UInt8(ascii: "+") { self = Double(text).map { .real($0) } ?? .other; return }
      self = Int64(text).map { .whole($0) } ?? .beyondInt64
      return
    }
    if first | 0x20 == UInt8(ascii: "i") {
      let word = Substring(rest).lowercased()
      let isInfinite = word == "inf" || word == "infinity"
      self = isInfinite ? .real(sign == UInt8(ascii: "-") ? -.infinity : .infinity) : .other
      return
    }
    if let value = Self.real(rest, text, comma: decimal == .comma) {
      self = value
    } else {
      self = decimal == .point && Self.real(rest, text, comma: true) != nil ? .decimalComma : .other
    }
  }

  /// A decimal number; one whose digits start with a zero too many is a code.
  private static func real(_ digits: Substring.UTF8View, _ text: String, comma: Bool) -> CellNumber? {
    let mark = comma ? UInt8(ascii: ",") : UInt8(ascii: ".")
    guard let first = digits.first, isDigit(first) || first == mark else { return nil }
    for byte in digits {
      let isPart =
        isDigit(byte) || byte == mark || byte | 0x20 == UInt8(ascii: "e") || byte == UInt8(ascii: "-")
        || byte == UInt8(ascii: "+")
      if !isPart { return nil }
    }
    let plain = comma ? String(decoding: text.utf8.map { $0 == mark ? UInt8(ascii: ".") : $0 }, as: UTF8.self) : text
    guard let value = Double(plain), value.isFinite else { return nil }
    if first == UInt8(ascii: "0"), let second = digits.dropFirst().first, isDigit(second) { return .code }
    return .real(value)
  }

  /// Whether a text is a number whose commas part thousands: 1,234 and -12,345,678.9.
  static func hasThousands(_ text: String) -> Bool {
    guard text.utf8.contains(UInt8(ascii: ",")) else { return false }
    var rest = text.utf8[...]
    if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { rest = rest.dropFirst() }
    let parts = rest.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
    let groups = parts[0].split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    return groups.count > 1 && (1...3).contains(groups[0].count) && groups.dropFirst().allSatisfy { $0.count == 3 }
      && groups.allSatisfy { $0.allSatisfy(isDigit) } && groups[0].first != UInt8(ascii: "0")
      && (parts.count == 1 || parts[1].allSatisfy(isDigit))
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
