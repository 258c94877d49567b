// RunEdit.swift -- changes of what runs have in their fields, and what came of them.

public import TrajectoryModel

/// New values of some fields of one run.
public struct RunEdit: Sendable, Hashable {
  /// The id of the run.
  public var run: Int64
  /// The new values, by field; fields that are not named stay.
  public var values: [String: MetadataValue]

  /// Makes an edit.
  public init(run: Int64, values: [String: MetadataValue]) {
    self.run = run
    self.values = values
  }
}

/// Changes of runs that are made in one commit.
package struct RunEdits: Sendable {
  /// The new values; each run stands once.
  package var edits: [RunEdit]
  /// Fields that the store gets; those that it has are passed over.
  package var newFields: [MetadataField]
  /// What is done, for the log; nil says how many runs and which fields.
  package var message: String?

  /// Makes a description.
  package init(edits: [RunEdit], newFields: [MetadataField] = [], message: String?) {
    (self.edits, self.newFields, self.message) = (edits, newFields, message)
  }
}

/// One value that became another, and in how many runs.
public struct FieldChange: Sendable, Hashable {
  /// The field.
  public let field: String
  /// What it was and what it is.
  public let before, after: MetadataValue
  /// The number of runs.
  public let runs: Int
}

/// What an edit changed, or would change.
public struct EditReport: Sendable, Hashable {
  /// The number of the commit; nil where nothing differed, or where the edit was only looked at.
  public let commit: Int64?
  /// The runs that were named, and those of them that changed.
  public let runsSelected, runsChanged: Int
  /// What changed, by field, then by what it was.
  public let changes: [FieldChange]
  /// The fields that came new.
  public let newFields: [MetadataField]
  /// Where layers changed: the examples that were stored anew, and those that they take the place of, which are hidden.
  public let newExamples: Range<Int64>?, hidden: ExampleSet

  /// Makes a report; by default of no change.
  package init(
    commit: Int64?, runsSelected: Int, runsChanged: Int, changes: [FieldChange] = [], newFields: [MetadataField] = [],
    newExamples: Range<Int64>? = nil, hidden: ExampleSet = ExampleSet()
  ) {
    (self.newExamples, self.hidden) = (newExamples, hidden)
    self.commit = commit
    (self.runsSelected, self.runsChanged) = (runsSelected, runsChanged)
    self.changes = changes
    self.newFields = newFields
  }
}

/// Every value that differs, of one run each, before it is written.
struct EditPlan {
  /// For each run that changes, the places of fields and the new values.
  var cells: [(run: Int64, values: [(field: Int, value: MetadataValue)])] = []
  /// The changes, counted.
  private var counts: [[MetadataValue]: Int] = [:]
  private let fields: [MetadataField]

  init(fields: [MetadataField]) { self.fields = fields }

  /// Adds what differs of one run.
  mutating func add(_ run: Int64, _ values: [(field: Int, before: MetadataValue, after: MetadataValue)]) {
    if values.isEmpty { return }
    cells.append((run, values.map { ($0.field, $0.after) }))
    for value in values { counts[[.integer(Int64(value.field)), value.before, value.after], default: 0] += 1 }
  }

  /// The changes, by field, then by what it was.
  var changes: [FieldChange] {
    counts.sorted { $0.key.lexicographicallyPrecedes($1.key) }.compactMap { key, count in
      guard case .integer(let field) = key[0] else { return nil }
      return FieldChange(field: fields[Int(field)].name, before: key[1], after: key[2], runs: count)
    }
  }

  /// What was changed, or would be.
  func report(of request: RunEdits, _ newFields: [MetadataField], _ commit: Int64?) -> EditReport {
    EditReport(
      commit: commit, runsSelected: request.edits.count, runsChanged: cells.count, changes: changes,
      newFields: newFields)
  }
}
