// RunFieldTable.swift -- the fields of the runs of both sides.

import Base
import Catalog
import TrajectoryModel
import TrajectoryStore

/// The fields of the runs of both sides.
struct RunFieldTable {
  /// For each training run its fields.
  let training: [RunFields]
  /// For each run of the examples its fields.
  let unknown: [RunFields]

  init(
    of trainExamples: ExampleSet, _ trainRuns: ExampleRuns, and examples: ExampleSet, _ runs: ExampleRuns,
    in snapshot: Snapshot
  ) throws(EngramError) {
    let names = try snapshot.store.read { (catalog) throws(EngramError) in try catalog.fields() }.map(\.name)
    training = try Self.fields(of: trainExamples, trainRuns, names, in: snapshot)
    unknown = try Self.fields(of: examples, runs, names, in: snapshot)
  }

  /// Reads the fields of one example of each run.
  private static func fields(
    of examples: ExampleSet, _ runs: ExampleRuns, _ names: [String], in snapshot: Snapshot
  ) throws(EngramError) -> [RunFields] {
    var first: [Int64?] = Array(repeating: nil, count: runs.count)
    for (row, id) in examples.ids.enumerated() where first[Int(runs.codes[row])] == nil {
      first[Int(runs.codes[row])] = id
    }
    var found: [Int64: RunFields] = [:]
    try snapshot.metadata(of: ExampleSet(ids: first.compactMap(\.self)), columns: names) {
      (id, values) throws(EngramError) in
      found[id] = RunFields(
        values: zip(names, values).filter { $0.1 != .null }.map { RunFields.Field(name: $0.0, value: $0.1) })
    }
    return first.map { $0.flatMap { found[$0] } ?? RunFields(values: []) }
  }
}
