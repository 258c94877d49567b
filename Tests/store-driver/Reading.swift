// Reading.swift -- whether a store holds what was written, and nothing half-done.

import Base
import Glibc
import TrajectoryModel
import TrajectoryStore

enum Reading {
  /// Takes snapshots, of a store opened once and of one opened anew each time, and checks each.
  static func snapshots(_ path: String, seconds: Double) throws(EngramError) {
    let kept = try TrajectoryStore(opening: path)
    var taken = 0
    var newest: Int64 = 0
    let end = MonotonicClock.seconds + seconds
    while MonotonicClock.seconds < end {
      let snapshot =
        if taken % 2 == 0 { try kept.snapshot() } else { try TrajectoryStore(opening: path).snapshot() }
      guard snapshot.commit >= newest else { throw wrong("a commit was there and is gone", path) }
      newest = snapshot.commit
      let last = max(0, snapshot.exampleCount - 64)..<snapshot.exampleCount
      try compare(ExampleSet([0..<min(8, snapshot.exampleCount), last]), snapshot)
      let summary = try snapshot.summary()
      guard summary.examples == Int(snapshot.exampleCount), summary.commit?.id ?? 0 == snapshot.commit else {
        throw wrong("a summary is of another commit than its snapshot", path)
      }
      taken += 1
    }
    Main.say("read \(taken)")
  }

  /// Verifies a store and compares every value and every run.
  ///
  /// - Parameters:
  ///   - path: The store.
  ///   - reported: A commit that was reported, and the examples there were after it.
  /// - Throws: ``EngramError`` with code `corrupt` for whatever is not as it was reported.
  static func check(
    _ path: String, reported: (commit: Int64, examples: Int64)?
  ) throws(EngramError) {
    guard TrajectoryStore.exists(at: path) else {
      if reported != nil { throw wrong("the store is gone", path) }
      return Main.say("ok 0 0 0")
    }
    let store = try TrajectoryStore(opening: path)
    let report = try store.verify()
    if let problem = report.problems.first { throw problem }
    let snapshot = try store.snapshot()
    if let reported {
      guard snapshot.commit >= reported.commit, snapshot.exampleCount >= reported.examples else {
        throw wrong("a commit that was reported is lost", path)
      }
      // A flush of an empty store is done without a commit.
      let then = reported.commit == 0 ? 0 : try store.snapshot(asOf: reported.commit).exampleCount
      guard then == reported.examples else {
        throw wrong("a commit has another number of examples than was reported", path)
      }
    }
    for part in snapshot.allExamples.parts(of: 4_096) { try compare(part, snapshot) }
    var expected: Int64 = 0
    try snapshot.metadata(of: snapshot.allExamples, columns: ["observation_id", "task", "width", "layer_ordinal"]) {
      (example, row) throws(EngramError) in
      guard example == expected, case .integer(let first) = row[0], row[1] == .text("from \(first)"),
        case .integer(let width) = row[2], row[3] == .integer(example - first), example < first + width
      else { throw wrong("example \(example) has the metadata of another", path) }
      expected += 1
    }
    guard expected == snapshot.exampleCount else { throw wrong("metadata are missing", path) }
    Main.say("ok \(snapshot.commit) \(snapshot.exampleCount) \(report.leftovers.count)")
  }

  static func compare(_ examples: ExampleSet, _ snapshot: Snapshot) throws(EngramError) {
    let columns = FeatureColumns(statistics: Numbers.statistics, epochs: Numbers.epochs, order: .bySample)
    var values = Matrix(elementType: .float64)
    try snapshot.materialize(examples, columns, into: &values, work: WorkContext(threads: 1))
    for (row, id) in examples.ids.enumerated() {
      for (column, bits) in Numbers.bits(id).enumerated() {
        guard values[row, column].bitPattern == bits else {
          throw wrong("example \(id) has other values", snapshot.store.path)
        }
      }
    }
  }

  private static func wrong(_ message: String, _ path: String) -> EngramError {
    EngramError(.corrupt, message, file: path)
  }
}
