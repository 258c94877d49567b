// CatalogWriter+Runs.swift -- adding runs.

package import Base
import SQLite
package import TrajectoryModel

extension CatalogWriter {
  /// Adds a run.
  ///
  /// - Parameter values: One for each of ``CatalogReader/fields()``, in that order.
  /// - Returns: The id of the run.
  /// - Throws: Code `invalidData` when a value does not fit its field, or is one that no store can hold.
  @discardableResult
  package func addRun(_ values: [MetadataValue]) throws(EngramError) -> Int64 {
    precondition(!isEnded, "a catalog is written inside the closure that received the writer")
    if values.count != knownFields.count {
      throw EngramError(
        .invalidData, "a run has not one value for each field", file: connection.path, place: "run \(nextRun)",
        expected: "\(knownFields.count) values", found: "\(values.count)")
    }
    try insertRun.bind(1, nextRun)
    for index in values.indices {
      let type = knownFields[index].type
      guard type.accepts(values[index]) else { throw misfit(values[index], knownFields[index]) }
      if values[index].isTooLong {
        try values[index].check(place: "run \(nextRun), field \(knownFields[index].name)")
      }
      try insertRun.bind(Int32(index) + 2, values[index], as: type)
    }
    try insertRun.run()
    nextRun += 1
    return nextRun - 1
  }

  private func misfit(_ value: MetadataValue, _ field: MetadataField) -> EngramError {
    EngramError(
      .invalidData, "a value does not fit its field", file: connection.path,
      place: "run \(nextRun), field \(field.name)", expected: field.type.rawValue, found: "'\(value)'")
  }
}
