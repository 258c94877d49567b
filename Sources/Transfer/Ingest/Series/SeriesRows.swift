// SeriesRows.swift -- rows of a table of trajectories, whatever its format.

import Base
import Formats
import TrajectoryModel

/// Rows of a table, one after the other: delimited text and JSON lines in bounded memory, any other JSON table in memory.
enum SeriesRows {
  case delimited(DelimitedRows)
  case lines(JSONLines)
  case table(TableCursor)
  case chart(ChartRows)

  /// A row of a table in memory.
  final class TableCursor {
    let table: TextTable
    var row = -1

    init(_ table: TextTable) { self.table = table }
  }

  /// Opens a file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - delimiter: What parts fields, or nil for what the file shows.
  ///   - map: Our names of columns to theirs, by which a chart of W&B is told and read as a row for each value; nil where none
  ///     is read so.
  ///   - work: Who may stop it.
  /// - Throws: What opening throws.
  init(
    opening path: String, delimiter: UInt8?, chartsBy map: [String: String]?, work: WorkContext
  ) throws(EngramError) {
    var start: [UInt8] = []
    _ = try TextInput(opening: path).read(4_096, into: &start)
    if !TextTable.isJSON(start, name: TextTable.nameOfText(path)) {
      self = .delimited(try DelimitedRows(opening: path, delimiter: delimiter))
    } else if let lines = try JSONLines(opening: path, work: work) {
      self = .lines(lines)
    } else {
      self = .table(TableCursor(try TextTable(reading: path)))
    }
    guard let map else { return }
    let theirs = header
    let own = Set(theirs)
    let names = try ColumnNames.mapped(theirs, map.filter { own.contains($0.value) }, file: path)
    if let chart = ChartRows(self, names: names) { self = .chart(chart) }
  }

  /// Goes over the rows of a file once more.
  init(again other: SeriesRows, path: String, delimiter: UInt8?) throws(EngramError) {
    switch other {
    case .delimited: self = .delimited(try DelimitedRows(opening: path, delimiter: delimiter))
    case .lines(let lines): self = .lines(try JSONLines(again: lines))
    case .table(let cursor): self = .table(TableCursor(cursor.table))
    case .chart(let chart):
      self = .chart(ChartRows(again: chart, try SeriesRows(again: chart.source, path: path, delimiter: delimiter)))
    }
  }

  /// The names of the columns.
  var header: [String] {
    switch self {
    case .delimited(let rows): rows.header
    case .lines(let lines): lines.header
    case .table(let cursor): cursor.table.columns.map(\.name)
    case .chart(let chart): chart.header
    }
  }

  /// Whether cells say their type.
  var isJSON: Bool {
    switch self {
    case .delimited: false
    case .lines: true
    case .table(let cursor): cursor.table.isJSON
    case .chart(let chart): chart.source.isJSON
    }
  }

  /// The number of the row, from 1.
  var row: Int {
    switch self {
    case .delimited(let rows): rows.row
    case .lines(let lines): lines.row
    case .table(let cursor): cursor.row + 1
    case .chart(let chart): chart.source.row
    }
  }

  func next() throws(EngramError) -> Bool {
    switch self {
    case .delimited(let rows): return try rows.next()
    case .lines(let lines): return try lines.next()
    case .table(let cursor):
      cursor.row += 1
      return cursor.row < cursor.table.rowCount
    case .chart(let chart): return try chart.next()
    }
  }

  func cell(_ column: Int) throws(EngramError) -> TextTable.Cell {
    switch self {
    case .delimited(let rows): try rows.cell(column)
    case .lines(let lines): lines.cells[column]
    case .table(let cursor): cursor.table.columns[column].cells[cursor.row]
    case .chart(let chart): try chart.cell(column)
    }
  }

  /// Appends what a cell is to a key.
  func appendKey(_ column: Int, to key: inout [UInt8]) {
    switch self {
    case .delimited(let rows): rows.appendKey(column, to: &key)
    case .lines(let lines): Self.append(lines.cells[column], to: &key)
    case .table(let cursor): Self.append(cursor.table.columns[column].cells[cursor.row], to: &key)
    case .chart(let chart): chart.appendKey(column, to: &key)
    }
  }

  private static func append(_ cell: TextTable.Cell, to key: inout [UInt8]) {
    key.append(contentsOf: cell.plainText.utf8)
    switch cell {
    case .empty: key.append(2)
    case .integer, .real: key.append(0)
    case .text, .field: key.append(1)
    }
  }

  /// Adds the row to a batch of which numbers are read later.
  ///
  /// - Returns: Whether it was added; nil for rows that are not read in batches.
  func add(to batch: inout NumberBatch) -> Bool? {
    guard case .delimited(let rows) = self else { return nil }
    return rows.add(to: &batch)
  }

  /// How much of the file has been read, in bytes; nil for a table in memory.
  var progress: (done: Int, total: Int)? {
    switch self {
    case .delimited(let rows): rows.progress
    case .lines(let lines): lines.progress
    case .table: nil
    case .chart(let chart): chart.source.progress
    }
  }

  /// The number in a cell, nil where nothing was recorded; NaN and infinities are numbers.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` for what is no number.
  func number(_ column: Int, _ rules: TableRules, file: String) throws(EngramError) -> Double? {
    if case .chart(let chart) = self { return try chart.source.number(chart.place(of: column), rules, file: file) }
    if case .delimited(let rows) = self, rules.readsQuickly, let quick = rows.quickNumber(column) { return quick }
    return try rules.number(in: try cell(column), of: header[column], file: file) { row }
  }
}

extension TableRules {
  /// Whether what looks like a decimal number is that number, whatever the rules.
  var readsQuickly: Bool { decimal == .point && missing.isEmpty }

  /// The number in a cell, nil where nothing was recorded; NaN and infinities are numbers.
  func number(in cell: TextTable.Cell) -> Result<Double?, TextTable.Cell.NoNumber> {
    if missing.contains(cell.plainText) { return .success(nil) }
    if decimal == .comma, let text = cell.text {
      if case .real(let value) = CellNumber(text, decimal: .comma) { return .success(value) }
      // A point beside a decimal comma parts thousands or is a mistake: 1.234 is not a number below two.
      if text.utf8.contains(UInt8(ascii: ".")), case .success(_?) = cell.number { return .failure(.init()) }
    }
    return cell.number
  }

  /// The number in a cell of a column, as ``number(in:)``.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` for what is no number.
  func number(
    in cell: TextTable.Cell, of column: String, file: String, row: () -> Int
  ) throws(EngramError) -> Double? {
    if case .success(let number) = number(in: cell) { return number }
    throw EngramError(
      .invalidData, "a value is no number", file: file, place: "row \(row()), column \(column)",
      expected: "a number, nan, inf or nothing", found: cell.shown,
      mend: misread(cell.plainText, column))
  }

  /// What mends a cell that is no number.
  private func misread(_ text: String, _ column: String) -> Mend {
    if text == column { return "remove this row: the names of the columns come once, in the first row" }
    let rest: Mend = """
      read it as no value with \(set: .missingWords, to: String(text.prefix(20))); or, if the column is no statistic, name \
      those that are with \(option: .statistics)
      """
    if decimal == .point, CellNumber(text, decimal: .point) == .decimalComma {
      return "if the comma is the decimal mark, say \(set: .decimal, to: "','")"
    }
    if decimal == .comma, text.utf8.contains(UInt8(ascii: ".")) {
      return """
        where the comma is the decimal mark no point stands in a number: write 1234,5 for 1.234,5; or leave \
        \(option: .decimal) out
        """
    }
    return "correct it; or " + rest
  }
}
