// CSVWriter.swift -- writes tables as CSV (RFC 4180), into a buffer that the caller empties as it grows.

import Base

/// Writes rows of fields as comma-separated values; lines end with LF.
///
/// A field that is nil is nothing between commas; empty text is `""`. Text gets quotes where it holds a comma, a quote
/// or a line end.
package struct CSVWriter: Sendable {
  /// What was written since the last ``takeBytes()``, as UTF-8.
  package private(set) var bytes: [UInt8] = []
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

  /// Writes a row.
  package mutating func row(_ fields: some Sequence<String?>) {
    for (index, field) in fields.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      if let field { text(isForTerminal ? printable(field) : field) }
    }
    bytes.append(0x0A)
  }

  private mutating func text(_ text: String) {
    let needsQuotes = text.isEmpty || text.utf8.contains { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }
    guard needsQuotes else { return bytes.append(contentsOf: text.utf8) }
    bytes.append(UInt8(ascii: "\""))
    for unit in text.utf8 {
      if unit == UInt8(ascii: "\"") { bytes.append(unit) }
      bytes.append(unit)
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
