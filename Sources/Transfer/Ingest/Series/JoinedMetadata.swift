// JoinedMetadata.swift -- a table of metadata beside a table of trajectories, joined by the columns that both have.

import Base
import Formats
import TrajectoryModel

/// A table of metadata beside a table of trajectories.
struct JoinedMetadata {
  private let table: TextTable
  private let decimal: TableRules.Decimal
  /// What a user should know about how the table was understood.
  let notes: [String]

  /// Reads the table, its columns named as the user maps them; the index of pandas is left out.
  ///
  /// - Throws: As ``TextTable/init(reading:isRowsOnly:delimiter:)``, and ``EngramError`` with code `invalidData` for a column
  ///   that cannot be a field.
  init(reading path: String, _ rules: TableRules, map: [String: String]) throws(EngramError) {
    let read = try TextTable(reading: path, isRowsOnly: true, delimiter: rules.delimiter?.byte)
    let theirs = read.columns.map(\.name)
    let own = Set(theirs)
    names = own
    // The other mappings are of columns of the trajectories.
    let mapped = try ColumnNames.mapped(theirs, map.filter { own.contains($0.value) }, file: path)
    var columns = zip(mapped, read.columns).map { (name: $0, cells: $1.cells) }
    let whole = TextTable(file: path, isJSON: read.isJSON, columns: columns, rowCount: read.rowCount)
    let fields = try ColumnNames(whole, map: [:]).ours
    columns = zip(columns, fields).filter { $0.1 != nil }.map(\.0)
    notes = columns.count < fields.count ? ["\(path): \(ColumnNames.indexNote)"] : []
    table = TextTable(file: path, isJSON: read.isJSON, columns: columns, rowCount: read.rowCount)
    decimal = rules.decimal
  }

  /// The names of the columns, as they are in the file.
  let names: Set<String>

  /// The columns that trajectories lack, a cell for each example.
  ///
  /// - Parameters:
  ///   - examples: The columns of the examples.
  ///   - count: The number of examples.
  ///   - notes: Gets what was joined, and what fits nothing.
  /// - Returns: The further columns, a cell being empty where no row is about the example; and where the cells come from.
  /// - Throws: ``EngramError`` with code `usage` without a column that both have, `invalidData` when two rows are about the
  ///   same, `notFound` when no row fits.
  func columns(
    beside examples: [(name: String, cells: [TextTable.Cell])], count: Int, _ notes: inout [String]
  ) throws(EngramError) -> (columns: [(name: String, cells: [TextTable.Cell])], origin: MetadataTable.CellOrigin) {
    let places = Dictionary(
      table.columns.enumerated().map { ($1.name.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })
    let keys = examples.compactMap { column in places[column.name.lowercased()].map { (ours: column, theirs: $0) } }
    guard !keys.isEmpty else {
      throw EngramError(
        .usage, "the table of metadata shares no column with the trajectories", file: table.file, place: "header",
        expected: "one of \(examples.map(\.name).joined(separator: ", "))",
        found: table.columns.map(\.name).joined(separator: ", "),
        mend: "give a column of both the same name with \(option: .map)")
    }
    var rowOf: [[String]: Int] = [:]
    for row in 0..<table.rowCount {
      let key = keys.map { text(table.columns[$0.theirs].cells[row]) }
      if let earlier = rowOf.updateValue(row, forKey: key) {
        throw EngramError(
          .invalidData, "two rows are about the same trajectories", file: table.file, place: "row \(row + 1)",
          expected: "one row for each \(keys.map(\.ours.name).joined(separator: ", "))",
          found: "\(key.joined(separator: ", ")) is in row \(earlier + 1) too",
          mend: "keep one of the rows, or add the column that tells them apart to the trajectories")
      }
    }
    let rows = (0..<count).map { example in rowOf[keys.map { text($0.ours.cells[example]) }] }
    let fitting = rows.count { $0 != nil }
    guard fitting > 0 else {
      throw EngramError(
        .notFound, "no row of the table of metadata fits a trajectory", file: table.file,
        expected: "values of \(keys.map(\.ours.name).joined(separator: ", ")) as the trajectories have them",
        found: keys.map { text(table.columns[$0.theirs].cells.first ?? .empty) }.joined(separator: ", "))
    }
    notes += self.notes
    let taken = Set(keys.map(\.theirs))
    let rest = table.columns.indices.filter { !taken.contains($0) }
    notes.append(
      "\(table.file) is joined by \(keys.map(\.ours.name).joined(separator: ", ")) to \(fitting) of \(count) examples")
    let used = Set(rows.compactMap { $0 }).count
    if used < table.rowCount {
      notes.append("\(table.rowCount - used) of its \(table.rowCount) rows fit no trajectory")
    }
    let columns = rest.map { column in
      (name: table.columns[column].name, cells: rows.map { $0.map { table.columns[column].cells[$0] } ?? .empty })
    }
    return (columns, .init(file: table.file, rows: rows.map { ($0 ?? 0) + 1 }))
  }

  /// What two cells share that mean the same: 1 and 1.0 do, 007 and 7 do not.
  private func text(_ cell: TextTable.Cell) -> String {
    switch CellNumber(cell.plainText, decimal: decimal) {
    case .whole(let number): "\(number)"
    case .real(let number): Int64(exactly: number).map { "\($0)" } ?? "\(number)"
    case .beyondInt64, .code, .decimalComma, .other: cell.plainText
    }
  }
}
