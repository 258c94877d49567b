// RunFieldTable.swift -- the fields of the runs of both sides.

import Base
import TrajectoryModel
import TrajectoryStore

/// The fields of the runs of both sides.
struct RunFieldTable {
  /// For each training run its fields.
  let training: [RunFields]
  /// For each run of the examples its fields.
  let unknown: [RunFields]

  init(training trainRuns: ExampleRuns, unknown runs: ExampleRuns, in snapshot: Snapshot) throws(EngramError) {
    training = try Self.fields(of: trainRuns, in: snapshot)
    unknown = try Self.fields(of: runs, in: snapshot)
  }

  private static func fields(of runs: ExampleRuns, in snapshot: Snapshot) throws(EngramError) -> [RunFields] {
    let ids = runs.ids.compactMap { id in if case .integer(let number) = id { number } else { nil as Int64? } }
    let table = try snapshot.runs(ids: Set(ids))
    return ids.map { id in
      RunFields(
        values: zip(table.fields, table[run: id] ?? []).filter { $0.1 != .null }
          .map { RunFields.Field(name: $0.0.name, value: $0.1) })
    }
  }
}
