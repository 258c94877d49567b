// Snapshot+Runs.swift -- the fields of runs, and what they are of each run.

public import Base
import Catalog
public import TrajectoryModel

extension Snapshot {
  /// The fields of runs: the standard ones, then the user's in order of adding.
  public func fields() throws(EngramError) -> [MetadataField] {
    try read { (catalog) throws(EngramError) in try catalog.fields() }
  }

  /// The fields that tell runs apart, as the store declares them; nil where all fields do.
  public func runKey() throws(EngramError) -> [String]? {
    try store.read { (catalog) throws(EngramError) in try catalog.runKey() }
  }

  /// Fields of runs, a row for each run, ascending by id.
  ///
  /// - Parameters:
  ///   - names: The fields, in any case; nil for all.
  ///   - ids: Which runs; nil for all. Runs that are not there have no row.
  /// - Returns: The fields in the order of `names`, and their values.
  /// - Throws: ``EngramError`` with code `usage` when there is no such field.
  /// - Complexity: O(runs asked for).
  public func runs(fields names: [String]? = nil, ids: Set<Int64>? = nil) throws(EngramError) -> RunTable {
    try read { (catalog) throws(EngramError) -> RunTable in
      var table = RunTable(fields: try catalog.fields(named: names))
      try catalog.runs(table.fields, ids: ids?.sorted(), before: exampleEnd) { (id, values) throws(EngramError) in
        table.ids.append(id)
        table.rows.append(values)
      }
      return table
    }
  }

  /// The examples of the runs that are hidden whole, and a snapshot that shows their values; nil where there are none.
  ///
  /// - Throws: What reading the catalog throws.
  /// - Complexity: O(1) where nothing is hidden, else O(runs).
  package func hiddenTrajectories() throws(EngramError) -> (snapshot: Snapshot, examples: ExampleSet)? {
    let ids = Set(try hiddenRuns(fields: []).ids)
    if ids.isEmpty { return nil }
    let groups = try store.read { (catalog) throws(EngramError) in try catalog.groups(by: ["run_id"], where: nil) }
    var ranges: [Range<Int64>] = []
    for group in groups {
      if case .integer(let id) = group.key[0], ids.contains(id) { ranges += group.examples.ranges }
    }
    let all = try Snapshot(of: store, asOf: nil, showsHidden: true)
    return (all, ExampleSet(ranges).intersection(all.allExamples))
  }

  /// Fields of the runs that are hidden whole, a row for each run, ascending by id.
  ///
  /// - Parameter names: The fields, in any case.
  /// - Returns: The fields in the order of `names`, and their values as they are now.
  /// - Throws: ``EngramError`` with code `usage` when there is no such field.
  /// - Complexity: O(1) where nothing is hidden, else O(runs).
  package func hiddenRuns(fields names: [String]) throws(EngramError) -> RunTable {
    let fields = try read { (catalog) throws(EngramError) in try catalog.fields(named: names) }
    var table = RunTable(fields: fields)
    let hidden = try store.read { (catalog) throws(EngramError) in try catalog.hiddenExamples() }
    if hidden.isEmpty { return table }
    let visible = Set(try runs(fields: []).ids)
    try store.read { (catalog) throws(EngramError) in
      try catalog.runs(fields, before: exampleEnd) { (id, values) in
        if visible.contains(id) { return }
        table.ids.append(id)
        table.rows.append(values)
      }
    }
    return table
  }
}
