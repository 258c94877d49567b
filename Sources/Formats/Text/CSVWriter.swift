// CSVWriter.swift -- writes tables as CSV (RFC 4180), into a buffer that the caller empties as it grows.

import Base
package import TrajectoryModel

/// Writes rows of fields as comma-separated values; lines end with LF.
///
/// Text gets quotes where it would be read as something else without: where it is empty, holds a comma, a quote or a line
/// end, begins or ends with a space, spells a number, or is a word that stands for no value.
package struct CSVWriter: Sendable {
  /// What was written since the last ``takeBytes()``, as UTF-8.
  package private(set) var bytes: [UInt8] = []

  /// What stands in a field.
  package enum Field: Sendable, Hashable {
    /// No value: nothing between commas.
    case missing
    /// A number or a word of a program, which needs no quotes.
    case plain(String)
    /// Text.
    case text(String)

    /// The field of a value of metadata.
    package init(_ value: MetadataValue) {
      switch value {
      case .null: self = .missing
      case .integer: self = .plain(value.description)
      case .real(let number): self = number.isNaN ? .number(number) : .plain(value.description)
      case .text(let text): self = .text(text)
      }
    }

    /// The field of a number: the fewest digits that read back to it; of a NaN neither sign nor payload.
    package static func number(_ value: some BinaryFloatingPoint & CustomStringConvertible) -> Field {
      .plain(value.isNaN ? "nan" : value.description)
    }
  }
  private let isForTerminal: Bool

  /// A writer of one table.
  ///
  /// - Parameter isForTerminal: Whether control characters are written out, so that no text can move a cursor; programs
  ///   want them as they are.
  package init(isForTerminal: Bool = false) { self.isForTerminal = isForTerminal }

  /// Takes what was written so far out of the buffer.
  package mutating func takeBytes() -> [UInt8] {
    let taken = bytes
    bytes.removeAll(keepingCapacity: false)
    return taken
  }

  /// Writes the names of the columns.
  package mutating func header(_ names: [String]) {
    for (index, name) in names.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      put(name)
    }
    bytes.append(0x0A)
  }

  /// Writes a row.
  package mutating func row(_ fields: some Sequence<Field>) {
    for (index, field) in fields.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      switch field {
      case .missing: break
      case .plain(let text): bytes.append(contentsOf: text.utf8)
      case .text(let text): put(text, inQuotes: Self.meansAnother(text))
      }
    }
    bytes.append(0x0A)
  }

  /// Whether a text is another one, or several, where it stands without quotes.
  private static func isBroken(_ text: String) -> Bool {
    guard let first = text.utf8.first, let last = text.utf8.last else { return true }
    return [first, last].contains { $0 == 0x20 || $0 == 0x09 }
      || text.utf8.contains { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }
  }

  /// Whether a text is read as a number or as no value.
  private static func meansAnother(_ text: String) -> Bool {
    TextTable.missingWords.contains(text) || Double(text) != nil
  }

  private mutating func put(_ field: String, inQuotes isQuoted: Bool = false) {
    let text = isForTerminal ? printable(field) : field
    guard isQuoted || Self.isBroken(text) else { return bytes.append(contentsOf: text.utf8) }
    bytes.append(UInt8(ascii: "\""))
    for unit in text.utf8 {
      if unit == UInt8(ascii: "\"") { bytes.append(unit) }
      bytes.append(unit)
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
