// MetadataTable.swift -- metadata about examples from a CSV, TSV or JSON file, as typed columns.

package import Base
package import Formats
import TrajectoryModel

/// A table of metadata, one row for each example.
package struct MetadataTable: Sendable {
  /// The columns in the order of the file; all have ``rowCount`` values.
  package let columns: [MetadataColumn]
  /// The cells that the values of each column are.
  let cells: [[TextTable.Cell]]
  /// Where the cells of a column come from.
  struct CellOrigin {
    let file: String
    /// The number of the row of each cell.
    let rows: [Int]
  }

  /// The number of rows.
  package let rowCount: Int
  /// What a user should know about how the table was understood.
  package let notes: [String]

  /// Reads a file as ``TextTable/init(reading:isRowsOnly:delimiter:)`` does.
  ///
  /// - Throws: ``EngramError`` as that and as ``init(_:rules:map:)``.
  package init(
    reading path: String, rules: TableRules = TableRules(), map: [String: String] = [:]
  ) throws(EngramError) {
    try self.init(try TextTable(reading: path, delimiter: rules.delimiter?.byte), rules: rules, map: map)
  }

  /// Gives every column of a table a type.
  ///
  /// **CSV and TSV.** A column is of whole numbers when every value that is not missing is one (`-?` digits, no leading zero,
  /// 64 bits); else of reals when every one is a number (leading zeros do not count as numbers; `inf` does); else text. So
  /// `007` makes a column text, a whole number among reals is a real, and whole numbers beyond 64 bits are text. **Missing**
  /// are, without quotes, ``TableRules/usualMissing``, and the words that the rules add. Nothing in quotes is empty text in a
  /// column of text and missing in a column of numbers. `True` and `False` are text unless declared.
  ///
  /// **JSON** says the type, so nothing is guessed: `true` and `false` are 1 and 0, whole numbers in a column with reals
  /// become reals, and text and numbers in one column are refused.
  ///
  /// A column whose name cannot be a field gets one that can; the first column without a name that only counts rows, as
  /// pandas writes its index, is left out. Both are noted.
  ///
  /// - Parameters:
  ///   - table: The cells.
  ///   - rules: What they mean.
  ///   - map: Our name of a field to the name that it has in the table.
  ///   - renamesRuns: Whether a column `run_id` is that of a tracker and gets another name.
  /// - Throws: ``EngramError`` with code `invalidData` for names that come twice and for cells that do not fit, `usage` for
  ///   a mapping or a type of a column that is not there, `limit` above ``TextTable/mostColumns``.
  package init(
    _ table: TextTable, rules: TableRules = TableRules(), map: [String: String] = [:], renamesRuns: Bool = true
  ) throws(EngramError) {
    try self.init(table, rules: rules, map: map, renamesRuns: renamesRuns) { _ in nil }
  }

  /// Gives every column of a table a type, as ``init(_:rules:map:renamesRuns:)``.
  ///
  /// - Parameters:
  ///   - table: The cells.
  ///   - rules: What they mean.
  ///   - map: Our name of a field to the name that it has in the table.
  ///   - renamesRuns: Whether a column `run_id` is that of a tracker and gets another name.
  ///   - origin: Where the cells of a column come from, where it is not the same row of the table.
  /// - Throws: As that.
  init(
    _ table: TextTable, rules: TableRules, map: [String: String] = [:], renamesRuns: Bool = true,
    origin: (_ column: Int) -> CellOrigin?
  ) throws(EngramError) {
    let names = try ColumnNames(table, map: map, renamesRuns: renamesRuns)
    var notes = names.notes
    try names.check(rules: rules)
    var columns: [MetadataColumn] = []
    var cells: [[TextTable.Cell]] = []
    let missing = Set(rules.missingSpellings)
    let layer = rules.layerColumn(among: names.ours.compactMap(\.self))
    for (index, column) in table.columns.enumerated() {
      guard let name = names.ours[index] else { continue }
      let reader = ColumnReader(
        name: column.name, declared: rules.type(of: name, or: column.name) ?? (name == layer ? .text : nil),
        decimal: rules.decimal, missing: missing,
        isTyped: table.isJSON, rowNumbers: origin(index)?.rows)
      do throws(EngramError) {
        let (values, evidence) = try reader.read(column.cells)
        if rules.optionalTypes.contains(name), evidence.type == .text, evidence.numbers > 0,
          evidence.numbers == evidence.present
        {
          notes.append("the field \(name) is text in the store, so its numbers are taken as text")
        }
        columns.append(
          MetadataColumn(
            name: name, sourceName: name == column.name ? nil : column.name, values: values, evidence: evidence))
        cells.append(column.cells)
      } catch {
        throw error.inFile(origin(index)?.file ?? table.file)
      }
    }
    (self.columns, self.cells) = (columns, cells)
    rowCount = table.rowCount
    self.notes = notes
  }
}

extension TableRules {
  /// Which of the names of columns is that of the layers, whose numbers are names: 1.1 and 1.10 are two layers.
  func layerColumn(among names: [String]) -> String? {
    guard let fieldsOfRuns else { return nil }
    return LayerColumns.column(among: names, except: fieldsOfRuns)
  }

  /// What a column is declared to hold, by its field or its name in the file; case makes no difference.
  func type(of field: String, or column: String) -> DeclaredType? {
    types[field] ?? types[column]
      ?? types.first { [field.lowercased(), column.lowercased()].contains($0.key.lowercased()) }?.value
  }
}
