// DuplicateTrajectories.swift -- examples whose trajectories are equal bit for bit.

import Base
import TrajectoryModel
import TrajectoryStore

/// Groups of two or more examples whose trajectories are equal bit for bit, epochs and statistics included.
struct DuplicateTrajectories {
  /// The groups, each ascending.
  let groups: [[Int64]]

  /// Reads and hashes every example once.
  ///
  /// Two trajectories with the same first 16 bytes of SHA-256 count as equal.
  ///
  /// - Parameters:
  ///   - examples: The examples to compare.
  ///   - snapshot: Where they are.
  ///   - work: How the work is done.
  /// - Throws: As materialising, and code `cancelled`.
  /// - Complexity: O(bytes of the examples) time, 24 bytes of memory for each example.
  init(
    among examples: ExampleSet, in snapshot: Snapshot, work: WorkContext
  ) throws(EngramError) {
    /// Examples read at a time, a few MiB of values.
    let block = 1_024
    var hashes: [(hash: UInt128, id: Int64)] = []
    hashes.reserveCapacity(examples.count)
    for recorded in snapshot.recorded(examples) {
      let columns = recorded.columns
      var values = Matrix(elementType: recorded.elementType)
      let axes = "\(recorded.elementType.name) \(columns.epochs) \(columns.statistics)"
      let size = columns.count * recorded.elementType.byteCount
      for part in recorded.examples.parts(of: block) {
        try work.checkCancelled("stopped while comparing trajectories")
        try snapshot.materialize(part, columns, into: &values, work: work)
        for (row, id) in part.ids.enumerated() {
          let bytes = values.bytes.extracting((row * size)..<((row + 1) * size))
          hashes.append((Self.hash(bytes, axes), id))
        }
      }
    }
    hashes.sort { ($0.hash, $0.id) < ($1.hash, $1.id) }
    var groups: [[Int64]] = []
    var start = 0
    while start < hashes.count {
      var end = start + 1
      while end < hashes.count, hashes[end].hash == hashes[start].hash { end += 1 }
      if end - start > 1 { groups.append(hashes[start..<end].map(\.id)) }
      start = end
    }
    self.groups = groups
  }

  /// How many examples of a test side have an equal one in the train side.
  func count(train: ExampleSet, test: ExampleSet) -> Int {
    groups.reduce(0) { sum, group in
      group.contains { train.contains($0) } ? sum + group.count { test.contains($0) } : sum
    }
  }

  private static func hash(_ trajectory: RawSpan, _ axes: String) -> UInt128 {
    var hash = SHA256()
    // SAFETY: bytes have no padding.
    unsafe hash.update(Array(axes.utf8).span.bytes)
    hash.update(trajectory)
    return hash.finishBytes().prefix(16).reduce(0) { $0 << 8 | UInt128($1) }
  }
}
