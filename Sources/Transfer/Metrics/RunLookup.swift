// RunLookup.swift -- which run a row of a table of metrics is about.

import Base
import Formats
import TrajectoryModel
import TrajectoryStore

/// Which run a row is about.
struct RunLookup {
  private let snapshot: Snapshot
  private let layout: MetricsLayout
  private var runs: [[MetadataValue]: [Int64]] = [:]
  /// Of each run what the table says beside its number.
  private var descriptions: [Int64: [MetadataValue]] = [:]

  init(_ snapshot: Snapshot, layout: MetricsLayout) throws(EngramError) {
    self.snapshot = snapshot
    self.layout = layout
    runs = byKey(try snapshot.runs(fields: fields))
    if layout.described.isEmpty { return }
    let described = try snapshot.runs(fields: layout.described.map(\.field.name))
    descriptions = Dictionary(uniqueKeysWithValues: zip(described.ids, described.rows))
  }

  /// The fields among what names a run.
  private var fields: [String] { layout.keys.map(\.field.name).filter { $0 != MetricsLayout.runID.name } }

  /// The runs of a table of ``fields``, by what names them.
  private func byKey(_ table: RunTable) -> [[MetadataValue]: [Int64]] {
    var runs: [[MetadataValue]: [Int64]] = [:]
    for (id, values) in zip(table.ids, table.rows) {
      var rest = values[...]
      let key = layout.keys.map { $0.field.name == MetricsLayout.runID.name ? .integer(id) : rest.removeFirst() }
      runs[key, default: []].append(id)
    }
    return runs
  }

  /// The run that a row is about.
  ///
  /// - Throws: ``EngramError`` with code `notFound` where there is none, or where it is hidden, `invalidData` where there are
  ///   several, or where the row says something else of the run than the store.
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
    if let run = matches.first, matches.count == 1 {
      try check(run, row)
      return run
    }
    let said = zip(layout.keys, key).map { "\($0.field.name) = \($1)" }.joined(separator: ", ")
    guard !matches.isEmpty else {
      if let hidden = byKey(try snapshot.hiddenRuns(fields: fields))[key]?.first {
        throw EngramError(
          .notFound, "the run of a row is hidden", file: layout.table.file, place: "row \(row + 1)",
          expected: "a run that is not hidden", found: layout.isByRunID ? said : "\(said), which is run \(hidden)",
          mend: "leave its rows out, or show the run again with \(run: .unhide)")
      }
      throw EngramError(
        .notFound, "there is no such run", file: layout.table.file, place: "row \(row + 1)",
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

  /// Refuses a row that calls a run by its number and says something else of it than the store.
  ///
  /// An empty cell and a field without a value say nothing.
  private func check(_ run: Int64, _ row: Int) throws(EngramError) {
    guard let known = descriptions[run] else { return }
    for (value, (field, column)) in zip(known, layout.described) {
      let cell = layout.table.columns[column].cells[row]
      let said = cell.value(as: field.type)
      if said == .null || value == .null || said == value { continue }
      throw EngramError(
        .invalidData, "a row says something else of its run than the store", file: layout.table.file,
        place: "row \(row + 1), column \(field.name)", expected: "'\(value)', as run \(run) has it", found: cell.shown,
        mend: """
          numbers of runs belong to one store; if these are right all the same, find runs by them alone: \
          \(set: .runKey, to: "run_id")
          """)
    }
  }
}
