// DelimitedWriter.swift -- writes tables as CSV or TSV (RFC 4180).

package import TrajectoryModel

/// Writes rows of values as delimited text into a buffer that the caller empties as it grows.
///
/// Reals take the fewest digits that read back to the same bits; NaN never comes in metadata. Null is nothing between
/// delimiters. Text gets quotes where it would else read back as something else: delimiters, quotes, line ends, spaces at
/// an end, nothing at all, a word that means null. Lines end with LF.
package struct DelimitedWriter: Sendable {
  /// What was written since the last ``takeBytes()``, as UTF-8.
  package private(set) var bytes: [UInt8] = []
  private let delimiter: UInt8

  /// A writer of CSV, or of what another delimiter makes.
  package init(delimiter: UInt8 = UInt8(ascii: ",")) { self.delimiter = delimiter }

  /// Takes what was written so far out of the buffer.
  package mutating func takeBytes() -> [UInt8] {
    let taken = bytes
    bytes.removeAll(keepingCapacity: false)
    return taken
  }

  /// Writes the names of the columns.
  package mutating func header(_ names: [String]) {
    for (index, name) in names.enumerated() {
      if index > 0 { bytes.append(delimiter) }
      text(name)
    }
    bytes.append(0x0A)
  }

  /// Writes a row.
  package mutating func row(_ values: some Sequence<MetadataValue>) {
    var isFirst = true
    for value in values {
      if !isFirst { bytes.append(delimiter) }
      isFirst = false
      switch value {
      case .null: break
      case .integer(let value): bytes.append(contentsOf: String(value).utf8)
      case .real(let value): bytes.append(contentsOf: "\(value)".utf8)
      case .text(let value): text(value)
      }
    }
    bytes.append(0x0A)
  }

  /// Writes a text, in quotes if it needs them.
  private mutating func text(_ text: String) {
    let units = text.utf8
    let needsQuotes =
      units.contains { $0 == delimiter || $0 == UInt8(ascii: "\"") || $0 == 0x0A || $0 == 0x0D }
      || [0x20, 0x09].contains(units.first ?? 0x20) || [0x20, 0x09].contains(units.last ?? 0x20)
      || MetadataTable.nullWords.contains(text)
    guard needsQuotes else { return bytes.append(contentsOf: units) }
    bytes.append(UInt8(ascii: "\""))
    for unit in units {
      if unit == UInt8(ascii: "\"") { bytes.append(unit) }
      bytes.append(unit)
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
