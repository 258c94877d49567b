// RunLookup.swift -- which run a row of a table of metrics is about.

import Base
import Formats
import TrajectoryModel
import TrajectoryStore

/// Which run a row is about.
struct RunLookup {
  private let layout: MetricsLayout
  private var runs: [[MetadataValue]: [Int64]] = [:]

  init(_ snapshot: Snapshot, layout: MetricsLayout) throws(EngramError) {
    self.layout = layout
    let names = layout.keys.map(\.field.name)
    let table = try snapshot.runs(fields: names.filter { $0 != MetricsLayout.runID.name })
    for (id, values) in zip(table.ids, table.rows) {
      var rest = values[...]
      let key = names.map { $0 == MetricsLayout.runID.name ? .integer(id) : rest.removeFirst() }
      runs[key, default: []].append(id)
    }
  }

  func run(of row: Int) throws(EngramError) -> Int64 {
    var key: [MetadataValue] = []
    for (field, column) in layout.keys {
      let cell = layout.table.columns[column].cells[row]
      guard let value = cell.value(as: field.type) else {
        throw EngramError(
          .invalidData, "a value does not fit the field '\(field.name)'", file: layout.table.file,
          place: "row \(row + 1), column \(field.name)", expected: field.type.rawValue, found: cell.shown)
      }
      key.append(value)
    }
    let matches = runs[key] ?? []
    if let run = matches.first, matches.count == 1 { return run }
    let said = zip(layout.keys, key).map { "\($0.field.name) = \($1)" }.joined(separator: ", ")
    guard !matches.isEmpty else {
      throw EngramError(
        .notFound, "there is no such run, or it is hidden", file: layout.table.file, place: "row \(row + 1)",
        expected: "a run of the store", found: said,
        mend: "\(run: .query, "\"SELECT * FROM run\"") lists the runs; ingest their recordings first")
    }
    /// Runs named in full; the rest are counted.
    let shown = 5
    let others = matches.count > shown ? " and \(matches.count - shown) more" : ""
    throw EngramError(
      .invalidData, "several runs fit a row", file: layout.table.file, place: "row \(row + 1)", expected: "one run",
      found: "runs \(matches.prefix(shown).map(String.init).joined(separator: ", "))\(others) with \(said)",
      mend: "add columns that tell them apart, or a column run_id")
  }
}
