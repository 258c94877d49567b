// ExampleRuns.swift -- the run of each of some examples.

import Base
import TrajectoryModel
import TrajectoryStore

/// The runs of some examples: the run of each example as a small number.
struct ExampleRuns: Sendable, Hashable {
  /// The `run_id` of each run, ascending.
  let ids: [MetadataValue]
  /// For each example, ascending by id, the place of its run in ``ids``.
  let codes: [Int32]

  init(of examples: ExampleSet, in snapshot: Snapshot) throws(EngramError) {
    let labels = try snapshot.labels(of: "run_id", for: examples)
    (ids, codes) = (labels.classes, labels.codes)
  }

  /// The number of runs.
  var count: Int { ids.count }

  /// The rows of each run.
  var rows: [[Int]] {
    var rows = [[Int]](repeating: [], count: count)
    for (row, code) in codes.enumerated() { rows[Int(code)].append(row) }
    return rows
  }
}
