// RunTable.swift -- fields of runs, a row for each run.

public import TrajectoryModel

/// Fields of runs, a row for each run.
///
/// ```swift
/// let table = try snapshot.runs(fields: ["learning_rule"])
/// for (run, values) in zip(table.ids, table.rows) { print(run, values[0]) }
/// ```
public struct RunTable: Sendable, Hashable {
  /// The fields, in the order of the values of a row.
  public let fields: [MetadataField]
  /// The ids of the runs, ascending.
  public internal(set) var ids: [Int64] = []
  /// For each run the values of ``fields``.
  public internal(set) var rows: [[MetadataValue]] = []

  /// The values of a run, or nil when it has no row.
  ///
  /// - Complexity: O(log of the number of runs).
  public subscript(run id: Int64) -> [MetadataValue]? {
    var (low, high) = (0, ids.count)
    while low < high {
      let middle = (low + high) / 2
      if ids[middle] < id { low = middle + 1 } else { high = middle }
    }
    return low < ids.count && ids[low] == id ? rows[low] : nil
  }
}
