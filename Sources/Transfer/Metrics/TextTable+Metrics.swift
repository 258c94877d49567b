// TextTable+Metrics.swift -- a table of metrics: NaN is a value, and what is empty was not recorded.

import Base
import Formats
import TrajectoryModel
import TrajectoryStore

extension TextTable {
  /// Reads a table of metrics, its columns named as a user maps them.
  init(metrics path: String, map: [String: String]) throws(EngramError) {
    let table = try TextTable(reading: path, isRowsOnly: true)
    let names = try ColumnNames.mapped(table.columns.map(\.name), map, file: path)
    var columns = zip(names, table.columns).map { (name: $0, cells: $1.cells) }
    if let first = columns.first, TrackerColumns.isIndex(first.name),
      first.cells.allSatisfy({ Int($0.plainText) != nil })
    {
      columns.removeFirst()
    }
    self.init(file: path, isJSON: table.isJSON, columns: columns, rowCount: table.rowCount)
    var seen: Set<String> = []
    for (index, column) in columns.enumerated()
    where column.name.isEmpty || !seen.insert(column.name.lowercased()).inserted {
      throw EngramError(
        .invalidData, column.name.isEmpty ? "a column has no name" : "the name of a column comes twice", file: path,
        place: "header, column \(index + 1)", found: "\"\(column.name)\"", mend: "give each column a name of its own")
    }
  }

  /// The same table with a row for each run, where its columns are `RUN - METRIC` as W&B exports a chart.
  ///
  /// - Parameters:
  ///   - snapshot: The store, in which a field of text has the names of the runs.
  ///   - notes: Gets what a user should know of how the names of the columns are split.
  /// - Returns: That table, or this one where it has no such columns.
  /// - Throws: What reading the catalog throws.
  func withRunColumns(in snapshot: Snapshot, _ notes: inout [String]) throws(EngramError) -> TextTable {
    let header = columns.map(\.name)
    guard ChartColumns(header) != nil else { return self }
    for field in try snapshot.fields() where field.type == .text {
      let runs = try snapshot.runs(fields: [field.name]).rows
      let known = Set(runs.compactMap { run in if case .text(let text) = run[0] { text } else { nil } })
      guard let chart = ChartColumns(header, runs: known), chart.lines.allSatisfy({ known.contains($0.run) }) else {
        continue
      }
      notes += chart.notes
      var names: [Cell] = []
      var steps: [Cell] = []
      var metrics: [Cell] = []
      var values: [Cell] = []
      for row in 0..<rowCount {
        for line in chart.lines {
          names.append(.text(line.run))
          steps.append(columns[chart.step].cells[row])
          metrics.append(.text(line.metric))
          values.append(columns[line.column].cells[row])
        }
      }
      return TextTable(
        file: file, isJSON: isJSON,
        columns: [(field.name, names), ("epoch", steps), ("metric", metrics), ("value", values)], rowCount: names.count)
    }
    return self
  }
}

extension TextTable.Cell {
  /// Words that stand for nothing recorded; NaN is not among them.
  private static let emptyWords = TableRules.usualMissing.filter { !$0.lowercased().hasSuffix("nan") }

  /// What the cell says, for messages.
  var shown: String {
    switch self {
    case .empty: "nothing"
    case .integer(let value): "\(value)"
    case .real(let value): "\(value)"
    case .text(let text), .field(let text, _): "'\(text.prefix(80))'"
    }
  }

  /// The text in a cell, quoted or not.
  var text: String? {
    switch self {
    case .text(let text), .field(let text, _): text
    case .empty, .integer, .real: nil
    }
  }

  /// The number in a cell, which may be NaN or infinite, or nil where nothing was recorded.
  ///
  /// - Returns: A failure when it is no number.
  var number: Result<Double?, NoNumber> {
    switch self {
    case .empty: return .success(nil)
    case .integer(let value): return .success(Double(value))
    case .real(let value): return .success(value)
    case .text(let text), .field(let text, _):
      if Self.emptyWords.contains(text) { return .success(nil) }
      var digits = text.utf8[...]
      let isNegative = digits.first == UInt8(ascii: "-")
      if isNegative || digits.first == UInt8(ascii: "+") { digits = digits.dropFirst() }
      switch Substring(digits).lowercased() {
      case "nan": return .success(.nan)
      case "inf", "infinity": return .success(isNegative ? -.infinity : .infinity)
      default:
        // Swift also reads hexadecimal, which no table of metrics means.
        let isDecimal = digits.allSatisfy { (48...57).contains($0) || [43, 45, 46, 69, 101].contains($0) }
        guard isDecimal, let value = Double(text), value.isFinite else { return .failure(NoNumber()) }
        return .success(value)
      }
    }
  }

  /// A cell that should hold a number holds none.
  struct NoNumber: Error {}

  /// The cell as a value of a field, or nil when it cannot be one.
  func value(as type: MetadataType) -> MetadataValue? {
    // What ingest takes for null is null here too, so that the same spelling finds the same run.
    if case .field(let text, isQuoted: false) = self, TableRules.usualMissing.contains(text) { return .null }
    switch (self, type) {
    case (.empty, _): return .null
    case (.text(let text), .text), (.field(let text, _), .text): return .text(text)
    case (.text(let text), .integer), (.field(let text, _), .integer): return Self.whole(text).map { .integer($0) }
    case (.integer(let value), .integer): return .integer(value)
    case (.integer(let value), .text): return .text(String(value))
    case (.real(let value), .integer): return Int64(exactly: value).map { .integer($0) }
    case (.real, .text): return nil
    case (_, .real):
      guard case .success(let number?) = number, !number.isNaN else { return nil }
      return .real(number)
    }
  }

  /// A whole number, also as tables have one whose column has gaps: `3.0`.
  private static func whole(_ text: String) -> Int64? {
    if let number = Int64(text) { return number }
    guard text.contains("."), let real = Double(text), real.magnitude <= 0x1p53 else { return nil }
    return Int64(exactly: real)
  }
}
