// Correction.swift -- what is changed of stored runs and measurements, beside what is added in the same commit.

package import Base
import Catalog
package import TrajectoryModel

/// What is changed of what a store has: values of fields, and measurements that others take the place of.
package struct Correction: Sendable {
  /// New values of fields of runs; each run stands once.
  package var edits: [RunEdit]
  /// Fields that the store gets; those that it has are passed over.
  package var newFields: [MetadataField]
  /// Examples that are hidden, all of each measurement.
  package var replaced: ExampleSet
  /// The fields that tell runs apart from now on; nil leaves what is declared as it is.
  package var runKey: [String]?

  /// Makes a correction; by default of nothing.
  package init(
    edits: [RunEdit] = [], newFields: [MetadataField] = [], replaced: ExampleSet = ExampleSet(),
    runKey: [String]? = nil
  ) {
    self.edits = edits
    self.newFields = newFields
    self.replaced = replaced
    self.runKey = runKey
  }
}

/// A correction compared with what is stored.
struct PlannedCorrection {
  let plan: EditPlan
  let newFields: [MetadataField]
  let replaced: ExampleSet
  let runsSelected: Int
  let runKey: [String]?

  /// Whether it changes anything.
  var isEmpty: Bool { plan.cells.isEmpty && newFields.isEmpty && replaced.isEmpty && runKey == nil }

  /// What was changed of fields.
  func report(_ commit: Int64?) -> EditReport {
    let isEdit = !plan.cells.isEmpty || !newFields.isEmpty
    return EditReport(
      commit: isEdit ? commit : nil, runsSelected: runsSelected, runsChanged: plan.cells.count, changes: plan.changes,
      newFields: newFields)
  }
}

extension CatalogWriter {
  /// Makes the changes of a correction; before anything is added in the same commit, for it counts the fields there are.
  func apply(_ correction: PlannedCorrection) throws(EngramError) {
    try addFields(correction.newFields)
    for (run, values) in correction.plan.cells { _ = try edit(run: run, values) }
    if let key = correction.runKey { try setRunKey(key) }
    if !correction.replaced.isEmpty { _ = try setHidden(true, correction.replaced) }
  }
}

extension WriteSession {
  /// Compares a correction with what is stored.
  ///
  /// - Throws: As ``TrajectoryStore/edit(_:adding:message:isTrial:options:)``.
  func plan(_ correction: Correction) throws(EngramError) -> PlannedCorrection {
    let (plan, new) = try read { (catalog) throws(EngramError) in
      try store.plan(correction.edits.sorted { $0.run < $1.run }, correction.newFields, catalog)
    }
    return PlannedCorrection(
      plan: plan, newFields: new, replaced: correction.replaced, runsSelected: correction.edits.count,
      runKey: correction.runKey)
  }

  /// Corrects what is stored, in one commit, and adds nothing.
  ///
  /// - Parameters:
  ///   - correction: What to change.
  ///   - operation: One word for the log.
  ///   - message: What is done, for the log.
  /// - Returns: What changed, and an append of no example; a commit is made only where something did, and else the newest
  ///   one is named.
  /// - Throws: As ``TrajectoryStore/edit(_:adding:message:isTrial:options:)``.
  package func correct(
    _ correction: Correction, operation: String, message: String
  ) throws(EngramError) -> (append: AppendReport, edit: EditReport) {
    let planned = try plan(correction)
    if planned.isEmpty {
      let now = try snapshot()
      let end = now.exampleEnd
      return (AppendReport(commit: now.commit, examples: end..<end, runs: 0, byteCount: 0), planned.report(nil))
    }
    return try commit(operation: operation, message: message) { (catalog) throws(EngramError) in
      try catalog.apply(planned)
      let end = catalog.nextExample
      return (
        AppendReport(commit: catalog.commitID, examples: end..<end, runs: 0, byteCount: 0),
        planned.report(catalog.commitID)
      )
    }
  }
}
