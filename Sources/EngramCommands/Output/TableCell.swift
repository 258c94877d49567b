// TableCell.swift -- one value of a table.

package import Base
import Formats
package import TrajectoryModel

/// One value of a table; what is written depends on who reads it.
package enum TableCell: Sendable, Hashable {
  /// No value.
  case missing
  /// A rate that is not defined, such as the precision of a class that nothing was taken for.
  case undefined
  /// Text, on the left.
  case text(String)
  /// A whole number; people see commas.
  case integer(Int)
  /// A whole number that only names something, such as a seed or an example id: no commas.
  case identifier(Int64)
  /// A real number; people see a few digits, programs all of them.
  case real(Double)
  /// A real number of single precision; programs see the digits that tell it from its neighbours.
  case real32(Float)
  /// A size in bytes; people see MiB, programs the number.
  case bytes(Int)
  /// A time in seconds; people see minutes, programs the number.
  case seconds(Double)
  /// Yes or no.
  case boolean(Bool)

  /// The cell of a metadata value.
  package init(_ value: MetadataValue) {
    switch value {
    case .null: self = .missing
    case .integer(let number): self = .identifier(number)
    case .real(let number): self = .real(number)
    case .text(let text): self = .text(text)
    }
  }

  /// The cell of a rate, which is NaN where its denominator is zero.
  package static func rate(_ value: Double) -> TableCell { value.isNaN ? .undefined : .real(value) }

  /// Whether people see it on the right.
  package var isNumber: Bool {
    switch self {
    case .missing, .text, .boolean: false
    case .undefined, .integer, .identifier, .real, .real32, .bytes, .seconds: true
    }
  }

  /// What a person reads.
  package var humanText: String {
    switch self {
    case .missing: "-"
    case .undefined: "n/a"
    case .text(let text): printable(text)
    case .integer(let number): countText(number)
    case .identifier(let number): String(number)
    case .real(let number): Self.shortened(number)
    case .real32(let number): Self.shortened(Double(number))
    case .bytes(let count): byteText(count)
    case .seconds(let seconds): durationText(seconds: seconds)
    case .boolean(let isTrue): isTrue ? "yes" : "no"
    }
  }

  /// What a program reads in CSV.
  var field: CSVWriter.Field {
    switch self {
    case .missing, .undefined: .missing
    case .text(let text): .text(text)
    case .integer(let number), .bytes(let number): .plain(String(number))
    case .identifier(let number): .plain(String(number))
    case .real(let number), .seconds(let number): .number(number)
    case .real32(let number): .number(number)
    case .boolean(let isTrue): .plain(isTrue ? "true" : "false")
    }
  }

  /// What a program reads in JSON.
  package var json: JSONValue {
    switch self {
    case .missing, .undefined: .null
    case .text(let text): .string(text)
    case .integer(let number), .bytes(let number): .integer(Int64(number))
    case .identifier(let number): .integer(number)
    case .real(let number), .seconds(let number): .real(number)
    case .real32(let number): .real(Double("\(number)") ?? Double(number))
    case .boolean(let isTrue): .bool(isTrue)
    }
  }

  /// Six significant digits, without an exponent where that is readable.
  private static func shortened(_ number: Double) -> String {
    // The sign of a NaN says nothing to a person.
    if number.isNaN { return "nan" }
    let magnitude = number.magnitude
    guard number.isFinite, number != number.rounded() || magnitude >= 1e15 else {
      return number.isFinite && number != 0 ? "\(Int(number))" : "\(number)".replacingZero
    }
    guard (1e-4..<1e9).contains(magnitude) else { return scientific(number) }
    var digits = 5
    var scale = magnitude
    while scale >= 10 && digits > 0 {
      digits -= 1
      scale /= 10
    }
    while scale < 1 {
      digits += 1
      scale *= 10
    }
    return fixed(number, digits: digits)
  }

  /// Six significant digits and an exponent, such as `1.23457e-8`.
  private static func scientific(_ number: Double) -> String {
    var exponent = 0
    var value = number.magnitude
    while value >= 10 {
      value /= 10
      exponent += 1
    }
    while value < 1 && exponent > -330 {
      value *= 10
      exponent -= 1
    }
    return (number < 0 ? "-" : "") + "\(fixed(value, digits: 5))e\(exponent)"
  }
}

extension String {
  /// `0` and `-0` for `0.0` and `-0.0`; anything else as it is.
  fileprivate var replacingZero: String { hasSuffix("0.0") && count <= 4 ? String(dropLast(2)) : self }
}
