// EarlierValues.swift -- what runs had in their fields before they were edited.

import Base
import SQLite
import TrajectoryModel

/// What runs had in their fields before they were edited, at any commit.
struct EarlierValues {
  private struct Place: Hashable {
    let run, field: Int64
    let value: MetadataValue
  }

  private var values: Set<Place> = []

  /// Reads them.
  ///
  /// - Throws: What reading throws.
  /// - Complexity: O(edits).
  init(in catalog: CatalogReader) throws(EngramError) {
    let rows = try catalog.connection.prepare(
      "SELECT run_id, ordinal, value FROM main.run_before WHERE value IS NOT NULL")
    while try rows.step() {
      values.insert(Place(run: rows.integer(0), field: rows.integer(1), value: try rows.value(2)))
    }
  }

  /// Whether a run had a value in a field, by its place among the fields.
  func contains(_ value: MetadataValue, run: Int64, field: Int) -> Bool {
    values.contains(Place(run: run, field: Int64(field), value: value))
  }
}
