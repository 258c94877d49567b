// MetadataTable.swift -- metadata about examples from a CSV, TSV or JSON file, as typed columns.

package import Base
package import Formats
package import TrajectoryModel

/// A table of metadata, one row for each example.
package struct MetadataTable: Sendable {
  /// The columns in the order of the file; all have ``rowCount`` values.
  package let columns: [(name: String, values: [MetadataValue])]
  /// The number of rows.
  package let rowCount: Int

  /// Reads a file as ``TextTable/init(reading:isRowsOnly:)`` does.
  ///
  /// - Throws: ``EngramError`` as that and as ``init(_:)``.
  package init(reading path: String) throws(EngramError) { try self.init(try TextTable(reading: path)) }

  /// Gives every column of a table a type.
  ///
  /// **CSV and TSV.** A column is of whole numbers when every value that is not null is one (`-?` digits, no leading zero, 64
  /// bits); else of reals when every one is a number (leading zeros do not count as numbers; `inf` does); else text. So `007`
  /// makes a column text, and a whole number among reals is a real. **Null** is, without quotes: nothing, `NA`, `N/A`,
  /// `NULL`, `null`, `None`, `nan`, `NaN`. Quotes keep such words as text; nothing in quotes is empty text in a column of
  /// text and null in a column of numbers. `True` and `False` are text.
  ///
  /// **JSON** says the type, so nothing is guessed: `true` and `false` are 1 and 0, whole numbers in a column with reals
  /// become reals, and text and numbers in one column are refused.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` for names that cannot be fields and for mixed columns, `limit` above
  ///   ``TextTable/mostColumns``.
  package init(_ table: TextTable) throws(EngramError) {
    try Self.check(names: table.columns.map(\.name), file: table.file, place: table.isJSON ? "keys" : "header")
    do throws(EngramError) {
      columns = try table.columns.map { column throws(EngramError) in
        (
          column.name,
          table.isJSON ? try Self.values(typed: column.cells, name: column.name) : Self.values(fields: column.cells)
        )
      }
    } catch {
      throw error.inFile(table.file)
    }
    rowCount = table.rowCount
  }

  /// Refuses names that cannot be fields, and names that come twice.
  ///
  /// - Throws: ``EngramError`` with code `invalidData`.
  static func check(names: [String], file: String, place: String) throws(EngramError) {
    guard names.count <= TextTable.mostColumns else {
      throw EngramError(
        .limit, "the table has too many columns", file: file, place: place,
        expected: "at most \(TextTable.mostColumns)", found: "\(names.count)")
    }
    var seen: [String: Int] = [:]
    for (index, name) in names.enumerated() {
      let column = "\(place), column \(index + 1)"
      guard !name.isEmpty else {
        throw EngramError(
          .invalidData, "a column has no name", file: file, place: column,
          mend: "name it, or leave it out (pandas writes its index so: use index=False)")
      }
      guard MetadataField.isValidName(name) else {
        throw EngramError(
          .invalidData, "the name of a column cannot be a field", file: file, place: column,
          expected: "a letter or _, then letters, digits or _, at most 63",
          found: "\"\(name.count > 80 ? name.prefix(80) + "…" : name)\"",
          mend: "rename it, for example to \"\(suggestion(for: name))\"")
      }
      if let first = seen.updateValue(index, forKey: name.lowercased()) {
        throw EngramError(
          .invalidData, "the name of a column comes twice", file: file, place: column,
          found: "\"\(name)\" is also column \(first + 1); case does not count", mend: "rename one of the two")
      }
    }
  }

  /// A name near to one that cannot be a field.
  private static func suggestion(for name: String) -> String {
    var words = name.lowercased().utf8.map { byte in
      (97...122).contains(byte) || (48...57).contains(byte) ? byte : UInt8(ascii: "_")
    }
    if let first = words.first, (48...57).contains(first) { words.insert(UInt8(ascii: "_"), at: 0) }
    return String(decoding: words.prefix(63), as: UTF8.self)
  }
}
