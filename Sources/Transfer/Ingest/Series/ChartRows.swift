// ChartRows.swift -- rows of a chart as W&B exports it, each of them once for each line of the chart.

import Base
import Formats

/// Rows of a chart, as those of a long table: each stands for a row of every line.
final class ChartRows {
  let source: SeriesRows
  private let chart: ChartColumns
  /// The line of which a row is shown.
  private var line: Int

  /// What a user should know.
  var notes: [String] { [Self.note] + chart.notes }

  private static let note: String = """
    the table is a chart of W&B, with a column for each run and statistic: the field \(ColumnNames.trackerRun) has its \
    runs; limits (__MIN, __MAX), steps and times of the runs are not read
    """

  /// The rows of a table; nil where it is no such chart.
  ///
  /// - Parameters:
  ///   - source: The rows.
  ///   - names: The names of its columns, as they are mapped.
  init?(_ source: SeriesRows, names: [String]) {
    guard let chart = ChartColumns(names), chart.isWhole else { return nil }
    (self.source, self.chart, line) = (source, chart, chart.lines.count)
  }

  /// The rows of the same chart once more.
  init(again other: ChartRows, _ source: SeriesRows) {
    (self.source, chart, line) = (source, other.chart, other.chart.lines.count)
  }

  /// The names of the columns.
  var header: [String] {
    [ColumnNames.trackerRun, source.header[chart.step], RowColumn.statistic.rawValue, RowColumn.value.rawValue]
  }

  func next() throws(EngramError) -> Bool {
    line += 1
    if line < chart.lines.count { return true }
    line = 0
    return try source.next()
  }

  func cell(_ column: Int) throws(EngramError) -> TextTable.Cell {
    switch column {
    case 0: .field(chart.lines[line].run, isQuoted: true)
    case 2: .field(chart.lines[line].metric, isQuoted: true)
    default: try source.cell(place(of: column))
    }
  }

  /// Which column of the table has what a column here has.
  func place(of column: Int) -> Int { column == 1 ? chart.step : chart.lines[line].column }

  /// Appends what a cell is to a key.
  func appendKey(_ column: Int, to key: inout [UInt8]) {
    switch column {
    case 0: key += [UInt8](chart.lines[line].run.utf8) + [0]
    case 2: key += [UInt8](chart.lines[line].metric.utf8) + [0]
    default: source.appendKey(place(of: column), to: &key)
    }
  }
}
