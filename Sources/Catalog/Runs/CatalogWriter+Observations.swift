// CatalogWriter+Observations.swift -- adding measurements of runs.

package import Base
import SQLite
package import TrajectoryModel

extension CatalogWriter {
  /// Adds a measurement of a run, which has one example for each layer of a set.
  ///
  /// - Returns: The ids of the examples, which are the next ones.
  /// - Throws: Code `notFound` when there is no such run or layer set, `invalidData` for an impossible condition.
  @discardableResult
  package func addObservation(
    run: Int64, layerSet: Int64, condition: ObservationCondition = .perfect
  ) throws(EngramError) -> Range<Int64> {
    precondition(!isEnded, "a catalog is written inside the closure that received the writer")
    if layerCounts[layerSet] == nil {
      layerCounts[layerSet] = try connection.integer(
        "SELECT layer_count FROM layer_set WHERE layer_set_id = ?1", layerSet)
    }
    guard let count = layerCounts[layerSet], run >= 1, run < nextRun else {
      throw EngramError(
        .notFound, "there is no such run or layer set", file: connection.path,
        expected: "a run from 1 to \(nextRun - 1)",
        found: "run \(run), layer set \(layerSet)")
    }
    guard condition.unitFraction > 0, condition.unitFraction <= 1, condition.noiseSD >= 0 else {
      throw EngramError(
        .invalidData, "a run cannot be observed so", file: connection.path, place: "run \(run)",
        expected: "a unit fraction above 0 and at most 1, a noise standard deviation of at least 0",
        found: "\(condition.unitFraction) and \(condition.noiseSD)")
    }
    let (end, overflow) = nextExample.addingReportingOverflow(count)
    guard count > 0, !overflow else {
      throw corrupt("a layer set has an impossible length", "table layer_set, layer_set_id \(layerSet)")
    }
    try insertObservation.bind(1, nextExample)
    try insertObservation.bind(2, count)
    try insertObservation.bind(3, run)
    try insertObservation.bind(4, layerSet)
    try insertObservation.bind(5, condition.unitFraction)
    try insertObservation.bind(6, condition.noiseSD)
    try insertObservation.bind(7, condition.seed)
    try insertObservation.run()
    defer { nextExample = end }
    return nextExample..<end
  }
}
