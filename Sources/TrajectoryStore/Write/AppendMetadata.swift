// AppendMetadata.swift -- the metadata of one append, and whether they fit a store.

package import Base
package import TrajectoryModel

/// The metadata of one append: its runs, and which layers of them were measured, in the order of the examples.
package struct AppendMetadata: Sendable {
  /// One measurement: the index of its run, its layers, its condition.
  package struct Observation: Sendable, Hashable {
    package let run: Int
    package let layers: [Layer]
    package let condition: ObservationCondition

    package init(run: Int, layers: [Layer], condition: ObservationCondition = .perfect) {
      self.run = run
      self.layers = layers
      self.condition = condition
    }
  }

  /// The fields that values are given for.
  package let fields: [MetadataField]
  /// For each run its values, in the order of `fields`.
  package let runs: [[MetadataValue]]
  /// The measurements, in the order of the examples.
  package let observations: [Observation]
  /// For each run its metrics; runs beyond the end of the list have none.
  package let metrics: [[MetricValue]]
  /// For each run the number of the stored run that it is, or nil for a new one; runs beyond the end of the list are new.
  package let storedRuns: [Int64?]
  /// The fields that tell runs apart from now on; nil leaves what is declared as it is.
  package let runKey: [String]?
  /// For each run the first of its rows in the file that it was read from, from 1, of which options say how it is read; nil
  /// where no file brought them.
  package let fileRows: [Int]?

  package init(
    fields: [MetadataField], runs: [[MetadataValue]], observations: [Observation], metrics: [[MetricValue]] = [],
    storedRuns: [Int64?] = [], runKey: [String]? = nil, fileRows: [Int]? = nil
  ) {
    self.fields = fields
    self.runs = runs
    self.observations = observations
    self.metrics = metrics
    self.storedRuns = storedRuns
    self.runKey = runKey
    self.fileRows = fileRows
  }

  /// The stored run that a run is, or nil for a new one.
  package func storedRun(_ index: Int) -> Int64? { index < storedRuns.count ? storedRuns[index] : nil }

  /// How many of the runs are new.
  package var newRunCount: Int { runs.indices.count { storedRun($0) == nil } }

  /// The same, the first run being a stored one.
  func ofStoredRun(_ id: Int64?) -> AppendMetadata {
    guard let id else { return self }
    return AppendMetadata(
      fields: fields, runs: runs, observations: observations, metrics: metrics, storedRuns: [id], runKey: runKey,
      fileRows: fileRows)
  }

  /// The number of examples: the layers of all observations.
  package var exampleCount: Int { observations.reduce(0) { $0 + $1.layers.count } }
}

extension AppendMetadata {
  /// Refuses metadata that do not fit the fields of a store; fields that it does not have yet will become columns.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` when two fields differ in case only, when a name cannot be that of
  ///   a field, when a value does not fit the type of its field, or is one that no store can hold.
  package func check(against known: [MetadataField]) throws(EngramError) {
    let known = Dictionary(known.map { ($0.name.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })
    var given: [String: String] = [:]
    for (column, field) in fields.enumerated() {
      if let other = given.updateValue(field.name, forKey: field.name.lowercased()) {
        throw EngramError(
          .invalidData, "two fields of metadata have one name", place: "field \(field.name)",
          found: "'\(other)' and '\(field.name)'; case makes no difference",
          mend: "rename one of them, or leave it out")
      }
      for (index, values) in runs.enumerated() {
        try values[column].check(place: "\(place(ofRun: index))field \(field.name)")
      }
      guard let existing = known[field.name.lowercased()] else {
        try MetadataField.check(name: field.name)
        continue
      }
      if existing.type == field.type || (existing.type == .real && field.type == .integer) { continue }
      guard let run = runs.firstIndex(where: { !existing.type.accepts($0[column]) }) else { continue }
      let (offender, place) = (runs[run][column], "\(place(ofRun: run))field \(existing.name)")
      let isWhole = runs.allSatisfy { run in
        if case .real(let number) = run[column] { Int64(exactly: number) != nil } else { true }
      }
      if fileRows != nil, existing.type == .integer, field.type == .real, isWhole {
        throw EngramError(
          .invalidData, "a value does not fit the field '\(existing.name)' of this store",
          place: place, expected: "integer", found: "'\(offender)'",
          mend: "its numbers are whole: read them so with \(set: .types, to: "\(field.name)=integer")")
      }
      let others: Mend =
        fileRows != nil
        ? """
        or read it as no value with \(set: .missingWords, to: offender.description); or give the field another name with \
        \(map: existing.name + "_2", to: field.name)
        """ : "or leave it out; or give the field another name, such as \(existing.name)_2"
      throw EngramError(
        .invalidData, "a value does not fit the field '\(existing.name)' of this store",
        place: place, expected: existing.type.rawValue, found: "'\(offender)'",
        mend: """
          correct the value; \(others); or let the stored field hold both with \
          \(run: .widenField, existing.name, existing.type == .integer && field.type == .real ? "real" : "text")
          """)
    }
  }

  /// Where a run stands in what is appended: its first row in a file, its number otherwise; nothing for the only one.
  private func place(ofRun index: Int) -> String {
    guard let fileRows else { return runs.count == 1 ? "" : "run \(index) of the append, " }
    return "row \(fileRows[index]), "
  }
}
