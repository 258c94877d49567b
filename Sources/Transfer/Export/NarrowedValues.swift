// NarrowedValues.swift -- values of Float64 that are infinite as Float32, counted while they are written.

import Base
import Synchronization
import TrajectoryModel
import TrajectoryStore

/// Counts values of Float64 that are beyond Float32, where that type was asked for.
final class NarrowedValues: Sendable {
  private let count = Atomic<Int>(0)

  /// Looks at values that were read as Float32; a block with infinities is read once more, as it is stored.
  ///
  /// - Parameters:
  ///   - values: The values.
  ///   - examples: What they are of.
  ///   - columns: The columns of an example.
  ///   - snapshot: The store.
  ///   - work: Who may stop it.
  /// - Throws: What reading throws.
  func look(
    at values: borrowing Matrix, of examples: ExampleSet, _ columns: FeatureColumns, in snapshot: Snapshot,
    _ work: WorkContext
  ) throws(EngramError) {
    guard values.elementType == .float32, snapshot.widestElementType(of: examples) == .float64 else { return }
    let infinite = values.float32.indices.filter { values.float32[$0].isInfinite }
    if infinite.isEmpty { return }
    var stored = Matrix(elementType: .float64, layout: values.layout)
    try snapshot.materialize(examples, columns, into: &stored, work: work)
    count.add(infinite.count { stored.float64[$0].isFinite }, ordering: .relaxed)
  }

  /// What a user should know; nil where there are none.
  var remark: String? {
    let count = count.load(ordering: .relaxed)
    return count > 0 ? "\(count) values are beyond float32 and are written as infinities" : nil
  }
}
