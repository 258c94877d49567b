// ValueType+Numbers.swift -- numbers of the command line, read strictly.
//
// Decimal ASCII only: no leading `+`, no spaces, no hexadecimal, no infinity, no NaN, nothing after the number.

extension ValueType where Value == Int {
  /// A whole number within bounds.
  package static func integer(in bounds: ClosedRange<Int> = 0...Int.max, _ placeholder: String = "N") -> Self {
    Self(placeholder) { (word: String) throws(ConversionFailure) in
      guard let number = strictInteger(word), bounds.contains(number) else {
        throw ConversionFailure(expected: "a whole number \(boundsText(bounds))", found: word)
      }
      return number
    }
  }
}

extension ValueType where Value == Double {
  /// A finite number within bounds.
  package static func real(
    in bounds: ClosedRange<Double> = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude,
    _ placeholder: String = "X"
  ) -> Self {
    Self(placeholder) { (word: String) throws(ConversionFailure) in
      guard let number = strictReal(word), bounds.contains(number) else {
        let limit = Double.greatestFiniteMagnitude
        let within = bounds == -limit...limit ? "" : " from \(bounds.lowerBound) to \(bounds.upperBound)"
        throw ConversionFailure(expected: "a number\(within)", found: word)
      }
      return number
    }
  }

  /// A part of a whole: above 0 and below 1.
  package static func fraction(_ placeholder: String = "FRACTION") -> Self {
    Self(placeholder) { (word: String) throws(ConversionFailure) in
      guard let number = strictReal(word), number > 0, number < 1 else {
        throw ConversionFailure(expected: "a fraction above 0 and below 1", found: word)
      }
      return number
    }
  }
}

/// The bounds of a whole number in words.
private func boundsText(_ bounds: ClosedRange<Int>) -> String {
  bounds.upperBound == Int.max
    ? "of at least \(bounds.lowerBound)" : "from \(bounds.lowerBound) to \(bounds.upperBound)"
}

/// A whole number written as `-?[0-9]+` that fits, or nil.
func strictInteger(_ word: some StringProtocol) -> Int? {
  let digits = word.utf8.first == UInt8(ascii: "-") ? word.utf8.dropFirst() : word.utf8[...]
  guard !digits.isEmpty, digits.allSatisfy(isDigit) else { return nil }
  return Int(word)
}

/// A finite number written as `-?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?`, or nil.
func strictReal(_ word: some StringProtocol) -> Double? {
  var rest = word.utf8[...]
  if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
  guard dropDigits(&rest) else { return nil }
  if rest.first == UInt8(ascii: ".") {
    rest = rest.dropFirst()
    guard dropDigits(&rest) else { return nil }
  }
  if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
    rest = rest.dropFirst()
    if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
    guard dropDigits(&rest) else { return nil }
  }
  guard rest.isEmpty, let number = Double(word), number.isFinite else { return nil }
  return number
}

/// Drops leading digits; false when there are none.
private func dropDigits<Bytes: Collection<UInt8>>(_ rest: inout Bytes) -> Bool where Bytes.SubSequence == Bytes {
  let tail = rest.drop(while: isDigit)
  defer { rest = tail }
  return tail.startIndex != rest.startIndex
}

/// Whether a byte is an ASCII digit.
private func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
