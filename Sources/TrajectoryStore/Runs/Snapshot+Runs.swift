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
}
