// StoredExamples.swift -- what a store says of single examples: run, layer, condition, and the measurement they are of.

package import Base
package import TrajectoryModel

/// What a store says of one example.
package struct StoredExample: Sendable {
  /// The run.
  package let run: Int64
  /// The layer.
  package let layer: Layer
  /// The condition of measurement.
  package let condition: ObservationCondition
  /// The examples of the measurement that it belongs to.
  package let measurement: Range<Int64>
}

/// What a store says of examples, by id.
package struct StoredExamples: Sendable {
  private let examples: [Int64: StoredExample]

  /// Reads what a store says.
  ///
  /// - Throws: What reading the catalog throws.
  /// - Complexity: O(examples).
  package init(_ wanted: ExampleSet, in snapshot: Snapshot) throws(EngramError) {
    let columns = [
      "run_id", "layer_name", "layer_position", "unit_fraction", "noise_sd", "observation_seed", "observation_id",
      "example_count",
    ]
    var found: [Int64: StoredExample] = [:]
    try snapshot.metadata(of: wanted, columns: columns) { (id, values) in
      guard case .integer(let run) = values[0], case .integer(let first) = values[6],
        case .integer(let count) = values[7]
      else { return }
      var condition = ObservationCondition.perfect
      if case .real(let fraction) = values[3] { condition.unitFraction = fraction }
      if case .real(let noise) = values[4] { condition.noiseSD = noise }
      if case .integer(let seed) = values[5] { condition.seed = seed }
      found[id] = StoredExample(
        run: run, layer: Layer(name: values[1].description, position: LayerPosition(rawValue: values[2].description)),
        condition: condition, measurement: first..<(first + count))
    }
    examples = found
  }

  /// What the store says of an example; nil for one that was not read.
  package subscript(id: Int64) -> StoredExample? { examples[id] }
}
