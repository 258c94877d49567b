// NumberText.swift -- numbers as pictures show them.

import Glibc

/// Numbers as pictures show them.
package enum NumberText {
  /// A number with a fixed count of digits after the point.
  package static func fixed(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite else { return value.isNaN ? "n/a" : value < 0 ? "-inf" : "inf" }
    var scale = 1.0
    for _ in 0..<max(0, min(digits, 12)) { scale *= 10 }
    let scaled = (value * scale).rounded()
    guard scaled.magnitude < 9e15 else { return "\(value)" }
    let whole = Int(scaled.magnitude)
    let rest = String(whole % Int(scale))
    let sign = scaled < 0 ? "-" : ""
    let head = sign + String(whole / Int(scale))
    return digits > 0 ? head + "." + String(repeating: "0", count: max(0, digits - rest.count)) + rest : head
  }

  /// Three significant digits or so, without zeros at the end.
  package static func short(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return value == 0 ? "0" : fixed(value, 0) }
    let exponent = Int(floor(log10(value.magnitude)))
    if exponent < -3 || exponent > 5 {
      return trimmed(fixed(value / pow(10, Double(exponent)), 2)) + "e\(exponent)"
    }
    return trimmed(fixed(value, max(0, 2 - exponent)))
  }

  /// A number with all its digits.
  static func plain(_ value: Double) -> String {
    let text = "\(value)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// An accuracy, three digits.
  package static func accuracy(_ value: Double) -> String { fixed(value, 3) }

  /// A value with its error, where it has one: both with the digits that the error leaves a meaning, three at least.
  package static func withError(_ value: Double, _ error: Double?) -> String {
    guard let error, error.isFinite, value.isFinite else { return short3(value) }
    /// Beyond these digits, and at numbers as large as these, powers of ten are easier to read.
    let (mostDigits, largest) = (6, 1000.0)
    let digits = error > 0 ? max(3, -Int(floor(log10(error)))) : 3
    let isPlain = digits <= mostDigits && max(value.magnitude, error) < largest
    guard isPlain, error > 0 || value == 0 || value.magnitude >= 0.001 else {
      return "\(short3(value)) ± \(short3(error))"
    }
    return "\(fixed(value, digits)) ± \(fixed(error, digits))"
  }

  private static func short3(_ value: Double) -> String {
    value.magnitude >= 1000 || (value != 0 && value.magnitude < 0.001) ? short(value) : fixed(value, 3)
  }

  /// Powers of ten as labels of one axis: written out where all of them are short.
  static func powers(_ exponents: [Int]) -> [String] {
    let isWrittenOut = exponents.allSatisfy { (-3...3).contains($0) }
    return exponents.map { power($0, isWrittenOut: isWrittenOut) }
  }

  /// The label of a tick between whose neighbours there is a step: with the digits by which they differ.
  static func tick(_ value: Double, step: Double) -> String {
    if value.magnitude < step / 2 { return "0" }
    let place = Int(floor(log10(step) + 1e-9))
    let digits = max(0, -place)
    if value.magnitude < 1e6, digits <= 4 { return fixed(value, digits) }
    let exponent = Int(floor(log10(value.magnitude)))
    // Three digits are enough where neighbours differ in one of them.
    if exponent - place <= 2 { return short(value) }
    /// As many as tell numbers apart of which a double holds 15 digits.
    let most = 12
    guard exponent - place <= most else { return plain(value) }
    let raised = fixed(value / pow(10, Double(exponent)), exponent - place) + "e\(exponent)"
    if digits > most || value.magnitude >= 1e15 { return raised }
    let plain = fixed(value, digits)
    return plain.count <= raised.count ? plain : raised
  }

  /// The text of ten times a number whose text ends with a power of ten, as those of the largest numbers do, or is zero.
  static func tenfold(_ text: String) -> String {
    guard let mark = text.lastIndex(of: "e"), let exponent = Int(text[text.index(after: mark)...]) else { return text }
    return String(text[..<mark]) + "e\(exponent + 1)"
  }

  /// A power of ten: written out, or with the exponent raised.
  static func power(_ exponent: Int, isWrittenOut: Bool) -> String {
    if isWrittenOut || exponent == 0 {
      return exponent < 0 ? fixed(pow(10, Double(exponent)), -exponent) : fixed(pow(10, Double(exponent)), 0)
    }
    let raised: [Character: Character] = [
      "-": "⁻", "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴", "5": "⁵", "6": "⁶", "7": "⁷", "8": "⁸", "9": "⁹",
    ]
    return "10" + String(String(exponent).map { raised[$0] ?? $0 })
  }

  private static func trimmed(_ text: String) -> String {
    guard text.contains(".") else { return text }
    var text = text
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }
}
