// BundledStore.swift -- the bundled trajectories in a store of its own, and recordings made from them.

import Foundation
import Studies
import TestSupport
import TrajectoryModel
import TrajectoryStore
import Transfer

/// The bundled trajectories in a store of its own, and recordings of unknown rule made from them.
struct BundledStore: Sendable {
  private let folder = TemporaryFolder()
  let path: String

  /// Lets a body work with a store, which is there until the body returns.
  static func with<Result>(_ body: (BundledStore) throws -> Result) throws -> Result {
    let store = try BundledStore()
    return try withExtendedLifetime(store.folder) { try body(store) }
  }

  private init() throws {
    path = folder["digits.engram"]
    _ = try IngestRequest(source: Fixtures.path("digits_dataset.pkl")).ingest(into: path)
  }

  func snapshot() throws -> Snapshot { try TrajectoryStore(opening: path).snapshot() }

  /// Appends copies of examples as runs of task `neural` and rule `unknown`, one run for each of theirs.
  ///
  /// - Parameters:
  ///   - filter: Which examples.
  ///   - statistics: The statistics that the copies have.
  ///   - epochs: The epochs that they have.
  ///   - change: What becomes of a value, by its statistic.
  /// - Returns: The number of examples.
  /// - Throws: What reading and writing throw.
  @discardableResult func appendUnknown(
    where filter: String, statistics: [String], epochs: [Double],
    change: (_ statistic: Int, _ value: Float) -> Float = { $1 }
  ) throws -> Int {
    let snapshot = try snapshot()
    let examples = try snapshot.examples(where: filter)
    let columns = FeatureColumns(statistics: statistics, epochs: epochs, order: .bySample)
    var recorded = Matrix()
    var recordings: [Recording] = []
    for group in try snapshot.groups(by: ["run_id"], where: filter) {
      try snapshot.materialize(group.examples, columns, into: &recorded)
      let values = recorded.float32.indices.map { change($0 % statistics.count, recorded.float32[$0]) }
      recordings.append(
        Recording(
          metadata: [
            "task": .text("neural"), "learning_rule": .text("unknown"), "copy_of": .integer(Int64(recordings.count)),
          ],
          layers: (0..<group.examples.count).map { Layer(name: "area\($0)", position: nil) },
          values: .float32(values)))
    }
    _ = try TrajectoryStore(opening: path).append(recordings, epochs: epochs, statistics: statistics)
    return examples.count
  }
}
