// CatalogReader+Observations.swift -- the measurements of runs.

import Base
import SQLite
import TrajectoryModel

/// One measurement of a run, as the catalog has it.
struct StoredObservation {
  let firstExample: Int64
  let run: Int64
  let layerSet: Int64
  let condition: ObservationCondition
}

extension CatalogReader {
  /// Visits the observations whose examples are below an id, in order of example.
  func observations(
    before end: Int64, _ body: (StoredObservation) throws(EngramError) -> Void
  ) throws(EngramError) {
    let rows = try connection.prepare(
      """
      SELECT run_id, layer_set_id, unit_fraction, noise_sd, observation_seed, first_example FROM observation
      WHERE first_example < ?1 ORDER BY first_example
      """)
    try rows.bind(1, end)
    while try rows.step() {
      let seed = rows.isNull(4) ? nil : rows.integer(4)
      try body(
        StoredObservation(
          firstExample: rows.integer(5), run: rows.integer(0), layerSet: rows.integer(1),
          condition: ObservationCondition(unitFraction: rows.real(2), noiseSD: rows.real(3), seed: seed)))
    }
  }
}
