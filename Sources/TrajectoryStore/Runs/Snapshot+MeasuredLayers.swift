// Snapshot+MeasuredLayers.swift -- which layers of some runs are stored, and under which conditions they were measured.

package import Base
package import TrajectoryModel

/// A layer of a stored run, measured under a condition.
package struct MeasuredLayer: Sendable, Hashable {
  /// The run.
  package let run: Int64
  /// The name of the layer.
  package let layer: String
  /// The condition of measurement.
  package let condition: ObservationCondition

  /// Makes a description.
  package init(run: Int64, layer: String, condition: ObservationCondition) {
    (self.run, self.layer, self.condition) = (run, layer, condition)
  }
}

extension Snapshot {
  /// The layers of some runs that are stored, each with the examples that it is.
  ///
  /// - Parameter runs: The numbers of the runs.
  /// - Returns: The ids of the examples of each layer and condition, ascending.
  /// - Throws: What reading the catalog throws.
  /// - Complexity: O(examples of the runs) rows of the example view.
  package func measuredLayers(of runs: Set<Int64>) throws(EngramError) -> [MeasuredLayer: [Int64]] {
    var found: [MeasuredLayer: [Int64]] = [:]
    if runs.isEmpty { return found }
    var ranges: [Range<Int64>] = []
    for group in try groups(by: ["run_id"]) {
      if case .integer(let id) = group.key[0], runs.contains(id) { ranges += group.examples.ranges }
    }
    let columns = ["run_id", "layer_name", "unit_fraction", "noise_sd", "observation_seed"]
    try metadata(of: ExampleSet(ranges), columns: columns) { (example, values) throws(EngramError) in
      guard case .integer(let run) = values[0] else { return }
      var condition = ObservationCondition.perfect
      if case .real(let fraction) = values[2] { condition.unitFraction = fraction }
      if case .real(let noise) = values[3] { condition.noiseSD = noise }
      if case .integer(let seed) = values[4] { condition.seed = seed }
      found[MeasuredLayer(run: run, layer: values[1].description, condition: condition), default: []].append(example)
    }
    return found
  }
}
