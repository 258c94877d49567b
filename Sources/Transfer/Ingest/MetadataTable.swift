// MetadataTable.swift -- metadata about examples from a CSV, TSV or JSON file, as typed columns.

package import Base
import Formats
package import TrajectoryModel

/// A table of metadata, one row for each example.
package struct MetadataTable: Sendable {
  /// The columns in the order of the file; all have ``rowCount`` values.
  package let columns: [(name: String, values: [MetadataValue])]
  /// The number of rows.
  package let rowCount: Int

  /// The largest file that is read into memory.
  package static let mostBytes = 1 << 32
  /// SQLite's limit on the columns of a table.
  package static let mostColumns = 2_000

  /// Makes a table of columns that the caller knows to be of one length.
  init(columns: [(name: String, values: [MetadataValue])], rowCount: Int) {
    self.columns = columns
    self.rowCount = rowCount
  }

  /// Reads a file: `.json` as JSON, `.tsv` and `.tab` with tabs, everything else with the delimiter that its header shows.
  ///
  /// - Throws: ``EngramError`` as ``init(delimited:file:delimiter:)`` and ``init(json:file:)``; `limit` above ``mostBytes``;
  ///   `notFound` and `io` as ``InputFile/init(opening:)``.
  package init(reading path: String) throws(EngramError) {
    let bytes = try InputFile(opening: path).contents(limit: Self.mostBytes)
    let name = path.lowercased()
    if name.hasSuffix(".json") {
      try self.init(json: bytes, file: path)
    } else {
      let isTabbed = name.hasSuffix(".tsv") || name.hasSuffix(".tab")
      try self.init(delimited: bytes, file: path, delimiter: isTabbed ? UInt8(ascii: "\t") : nil)
    }
  }

  /// Refuses names that cannot be fields, and names that come twice.
  ///
  /// - Throws: ``EngramError`` with code `invalidData`.
  static func check(names: [String], file: String, place: String) throws(EngramError) {
    guard names.count <= mostColumns else {
      throw EngramError(
        .limit, "the table has too many columns", file: file, place: place, expected: "at most \(mostColumns)",
        found: "\(names.count)")
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
