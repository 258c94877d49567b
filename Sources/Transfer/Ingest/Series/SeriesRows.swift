// SeriesRows.swift -- rows of a table of trajectories, whatever its format.

import Base
import Formats
import TrajectoryModel

/// Rows of a table, one after the other: delimited text in bounded memory, JSON lines or any other JSON table in memory.
enum SeriesRows {
  case delimited(DelimitedRows)
  case table(TableCursor)

  /// A row of a table in memory.
  final class TableCursor {
    let table: TextTable
    var row = -1

    init(_ table: TextTable) { self.table = table }
  }

  /// Opens a file.
  init(opening path: String, delimiter: UInt8?) throws(EngramError) {
    var start: [UInt8] = []
    _ = try TextInput(opening: path).read(4_096, into: &start)
    if TextTable.isJSON(start, name: TextTable.nameOfText(path)) {
      self = .table(TableCursor(try TextTable(reading: path)))
    } else {
      self = .delimited(try DelimitedRows(opening: path, delimiter: delimiter))
    }
  }

  /// The names of the columns.
  var header: [String] {
    switch self {
    case .delimited(let rows): rows.header
    case .table(let cursor): cursor.table.columns.map(\.name)
    }
  }

  /// Whether cells say their type.
  var isJSON: Bool { if case .table(let cursor) = self { cursor.table.isJSON } else { false } }

  /// The number of the row, from 1.
  var row: Int {
    switch self {
    case .delimited(let rows): rows.row
    case .table(let cursor): cursor.row + 1
    }
  }

  func next() throws(EngramError) -> Bool {
    switch self {
    case .delimited(let rows): return try rows.next()
    case .table(let cursor):
      cursor.row += 1
      return cursor.row < cursor.table.rowCount
    }
  }

  func cell(_ column: Int) throws(EngramError) -> TextTable.Cell {
    switch self {
    case .delimited(let rows): try rows.cell(column)
    case .table(let cursor): cursor.table.columns[column].cells[cursor.row]
    }
  }

  /// Appends what a cell is to a key.
  func appendKey(_ column: Int, to key: inout [UInt8]) {
    switch self {
    case .delimited(let rows): rows.appendKey(column, to: &key)
    case .table(let cursor):
      let cell = cursor.table.columns[column].cells[cursor.row]
      key.append(contentsOf: cell.plainText.utf8)
      if case .empty = cell { key.append(2) } else { key.append(0) }
    }
  }

  /// The numbers in several cells, as far as they are told quickly.
  ///
  /// - Parameters:
  ///   - columns: The columns, a part of a list.
  ///   - rules: What cells mean.
  ///   - numbers: Gets the numbers at the places of that list.
  /// - Returns: How many were read; nil where cells must be looked at one by one.
  func quickNumbers(_ columns: ArraySlice<Int>, _ rules: TableRules, into numbers: inout [Double]) -> Int? {
    guard case .delimited(let rows) = self, rules.decimal == .point, rules.missing.isEmpty else { return nil }
    return rows.quickNumbers(columns, into: &numbers)
  }

  /// The number in a cell, nil where nothing was recorded; NaN and infinities are numbers.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` for what is no number.
  func number(_ column: Int, _ rules: TableRules, file: String) throws(EngramError) -> Double? {
    if case .delimited(let rows) = self, rules.decimal == .point, rules.missing.isEmpty,
      let quick = rows.quickNumber(column)
    {
      return quick
    }
    let cell = try cell(column)
    if rules.missing.contains(cell.plainText) { return nil }
    if rules.decimal == .comma, case .real(let value) = CellNumber(cell.plainText, decimal: .comma) { return value }
    guard case .success(let number) = cell.number else {
      throw EngramError(
        .invalidData, "a value is no number", file: file, place: "row \(row), column \(header[column])",
        expected: "a number, nan, inf or nothing", found: cell.shown,
        mend: """
          correct it; or read it as no value with \(set: .missingWords, to: String(cell.plainText.prefix(20))); or, if the \
          column is no statistic, name those that are with \(option: .statistics)
          """)
    }
    return number
  }
}
