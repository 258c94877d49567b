// WriteSession+Metadata.swift -- the runs and observations of an append, as rows of the catalog.

import Base
import Catalog
import TrajectoryModel

extension CatalogWriter {
  /// Adds runs and observations; fields that the store does not have yet become columns.
  ///
  /// - Returns: The ids of the new examples.
  /// - Throws: ``EngramError`` with code `invalidData` when a value does not fit the type of its field, when two
  ///   fields differ in case only, or when a name has a meaning of its own.
  func add(_ metadata: AppendMetadata) throws(EngramError) -> Range<Int64> {
    let known = Dictionary(
      try fields().map { ($0.name.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })
    var given: [String: String] = [:]
    for field in metadata.fields {
      if let other = given.updateValue(field.name, forKey: field.name.lowercased()) {
        throw EngramError(
          .invalidData, "two fields of metadata have one name", place: "field \(field.name)",
          found: "'\(other)' and '\(field.name)'; case makes no difference",
          mend: "rename one of them, or leave it out")
      }
      guard let existing = known[field.name.lowercased()] else {
        try addNew(field)
        continue
      }
      if existing.type == field.type || (existing.type == .real && field.type == .integer) { continue }
      let column = metadata.fields.firstIndex(of: field)
      let offender = metadata.runs.lazy.compactMap { run in column.map { run[$0] } }.first {
        !existing.type.accepts($0)
      }
      guard let offender else { continue }
      throw EngramError(
        .invalidData, "a value does not fit the field '\(existing.name)' of this store",
        place: "field \(existing.name)",
        expected: existing.type.rawValue, found: "'\(offender)'",
        mend: "correct the value, or give the field another name with --map \(existing.name)_2=\(field.name)")
    }
    let order = Dictionary(
      metadata.fields.enumerated().map { ($1.name.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })
    let columns = try fields().map { order[$0.name.lowercased()] }
    let start = nextExample
    var runIDs = [Int64?](repeating: nil, count: metadata.runs.count)
    for observation in metadata.observations {
      let run: Int64
      if let known = runIDs[observation.run] {
        run = known
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
  private func addNew(_ field: MetadataField) throws(EngramError) {
    do throws(EngramError) {
      try addField(field)
    } catch {
      // To the catalog a bad name is bad usage; here it came with the data.
      guard error.code == .usage else { throw error }
      throw EngramError(
        .invalidData, error.message, place: "field \(field.name)", expected: error.expected, found: "'\(field.name)'",
        mend: "give the field another name")
    }
  }
}
