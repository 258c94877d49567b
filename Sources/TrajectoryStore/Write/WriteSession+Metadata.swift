// WriteSession+Metadata.swift -- the runs and observations of an append, as rows of the catalog.

import Base
import Catalog
import TrajectoryModel

extension CatalogWriter {
  /// Adds runs and observations; fields that the store does not have yet become columns.
  ///
  /// - Returns: The ids of the new examples.
  /// - Throws: As ``AppendMetadata/check(against:)``, and ``EngramError`` with code `invalidData` when a metric comes twice.
  func add(_ metadata: AppendMetadata) throws(EngramError) -> Range<Int64> {
    let known = try fields()
    try metadata.check(against: known)
    let names = Set(known.map { $0.name.lowercased() })
    try addFields(metadata.fields.filter { !names.contains($0.name.lowercased()) })
    if let key = metadata.runKey { try setRunKey(key) }
    let order = Dictionary(
      metadata.fields.enumerated().map { ($1.name.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })
    let columns = try fields().map { order[$0.name.lowercased()] }
    let start = nextExample
    var runIDs = [Int64?](repeating: nil, count: metadata.runs.count)
    for observation in metadata.observations {
      let run: Int64
      if let known = runIDs[observation.run] {
        run = known
      } else if let stored = metadata.storedRun(observation.run) {
        run = stored
        runIDs[observation.run] = stored
        if observation.run < metadata.metrics.count {
          for value in metadata.metrics[observation.run] { _ = try addOrMatch(RunMetric(run: run, value)) }
        }
      } else {
        let values = metadata.runs[observation.run]
        run = try addRun(columns.map { $0.map { values[$0] } ?? .null })
        runIDs[observation.run] = run
        if observation.run < metadata.metrics.count {
          for value in metadata.metrics[observation.run] {
            guard try !addMetric(RunMetric(run: run, value)) else { continue }
            throw EngramError(
              .invalidData, "a metric comes twice for one epoch", place: "run \(observation.run) of the append",
              found: "\(value.metric) at epoch \(EpochSelection.text(value.epoch))", mend: "give each value once")
          }
        }
      }
      let layers = try layerSet(for: observation.layers)
      _ = try addObservation(run: run, layerSet: layers, condition: observation.condition)
    }
    return start..<nextExample
  }
}
