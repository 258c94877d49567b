// MetadataTable+Values.swift -- what type a column of a table has, and the values that its cells are.

import Base
import Formats
import TrajectoryModel

extension MetadataTable {
  /// The values of a column of JSON.
  static func values(typed cells: [TextTable.Cell], name: String) throws(EngramError) -> [MetadataValue] {
    var values = cells.map { cell -> MetadataValue in
      switch cell {
      case .empty: .null
      case .integer(let value): .integer(value)
      case .real(let value): .real(value)
      case .text(let text), .field(let text, _): .text(text)
      }
    }
    let type = MetadataType(narrowestFor: values)
    guard type != .integer else { return values }
    for index in values.indices {
      switch (type, values[index]) {
      case (.real, .integer(let number)):
        guard let real = Double(exactly: number) else {
          throw mixed(index, name, "a whole number that no Double holds")
        }
        values[index] = .real(real)
      case (.text, .integer), (.text, .real): throw mixed(index, name, "a number")
      default: break
      }
    }
    return values
  }

  /// The error for values of different types in one column.
  private static func mixed(_ row: Int, _ name: String, _ found: String) -> EngramError {
    EngramError(
      .invalidData, "the values of a column are of different types", place: "row \(row + 1), key \"\(name)\"",
      expected: "the type of the column's other values", found: found, mend: "write all of them as text or as numbers")
  }

  /// The values of a column of delimited text.
  static func values(fields cells: [TextTable.Cell]) -> [MetadataValue] {
    var isWhole = true
    var isReal = true
    var hasAny = false
    for case .field(let text, let isQuoted) in cells where !text.isEmpty && !isNull(text, isQuoted) {
      hasAny = true
      if let whole = wholeNumber(text) {
        // A whole number among reals must be exact as a Double.
        if Double(exactly: whole) == nil { isReal = false }
      } else {
        isWhole = false
        if isReal, real(text) == nil { isReal = false }
      }
      if !isWhole, !isReal { break }
    }
    let type: MetadataType = !hasAny ? .text : isWhole ? .integer : isReal ? .real : .text
    return cells.map { cell in
      guard case .field(let text, let isQuoted) = cell, !isNull(text, isQuoted) else { return .null }
      switch type {
      case .integer: return wholeNumber(text).map { .integer($0) } ?? .null
      case .real: return real(text).map { .real($0) } ?? .null
      case .text: return .text(text)
      }
    }
  }

  /// Words that stand for no value.
  static let nullWords: Set<String> = ["", "NA", "N/A", "NULL", "null", "None", "nan", "NaN"]

  /// Whether a field stands for no value.
  private static func isNull(_ text: String, _ isQuoted: Bool) -> Bool {
    // No such word is longer than four letters; most fields need no look into the set.
    guard !isQuoted, text.utf8.count <= 4, let first = text.utf8.first else { return text.isEmpty && !isQuoted }
    return first | 0x20 == UInt8(ascii: "n") && nullWords.contains(text)
  }

  /// The whole number that a text is in its plain spelling.
  private static func wholeNumber(_ text: String) -> Int64? {
    let digits = text.utf8.drop { $0 == UInt8(ascii: "-") }
    guard text.utf8.count - digits.count <= 1, hasPlainDigits(digits), digits.allSatisfy(isDigit) else { return nil }
    return Int64(text)
  }

  /// The number that a text is: digits with a point or an exponent, or an infinity.
  private static func real(_ text: String) -> Double? {
    var rest = text.utf8[...]
    if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
    if let first = rest.first, first | 0x20 == UInt8(ascii: "i") {
      let word = Substring(rest).lowercased()
      return word == "inf" || word == "infinity" ? (text.hasPrefix("-") ? -.infinity : .infinity) : nil
    }
    guard hasPlainDigits(rest) else { return nil }
    let allowed = text.utf8.allSatisfy { byte in
      isDigit(byte) || byte | 0x20 == UInt8(ascii: "e") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
        || byte == UInt8(ascii: "+")
    }
    guard allowed, let value = Double(text), value.isFinite else { return nil }
    return value
  }

  /// Whether digits start without a zero too many: such are codes, not numbers.
  private static func hasPlainDigits(_ digits: Substring.UTF8View) -> Bool {
    guard let first = digits.first else { return false }
    return first != UInt8(ascii: "0") || digits.dropFirst().first.map { !isDigit($0) } ?? true
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
