// SelectedTrajectories.swift -- selected trajectories, read block by block.

package import Base
package import TrajectoryModel
package import TrajectoryStore

/// Selected trajectories whose values are read block by block.
package struct SelectedTrajectories: Sendable {
  /// Examples of arrays in memory at a time: a few row groups.
  private static let arrayBlock = 4_096
  /// Examples of rows in memory at a time: rows are wide, and so is their text.
  private static let rowBlock = 256

  /// Examples of one store: that which was asked, or that of its runs in progress.
  struct Part: Sendable {
    let snapshot: Snapshot
    let examples: ExampleSet
    /// What keeps the store of runs in progress; nil for the store that was asked.
    let progress: RunsInProgress?
    /// For each example the epoch that stands for it, where each run gives its own.
    let chosen: [Double?]?
  }

  /// Where the examples are.
  let parts: [Part]
  /// The columns of an example.
  package let columns: FeatureColumns
  /// The type of the values.
  package let elementType: ElementType
  /// The columns of metadata that were asked for, or nil for all.
  let chosenFields: [String]?
  /// What of the examples was dropped, in sentences without a full stop.
  package let remarks: [String]
  let work: WorkContext
  private let narrowed = NarrowedValues()

  init(
    parts: [Part], columns: FeatureColumns, elementType: ElementType, chosenFields: [String]?, remarks: [String],
    work: WorkContext
  ) {
    (self.parts, self.columns, self.elementType) = (parts, columns, elementType)
    (self.chosenFields, self.remarks, self.work) = (chosenFields, remarks, work)
  }

  /// What of the values that were read so far is not as it is stored.
  package var remarksOnValues: [String] { narrowed.remark.map { [$0] } ?? [] }

  /// The number of examples.
  package var exampleCount: Int { parts.reduce(0) { $0 + $1.examples.count } }

  /// Whether each run gives an epoch of its own, which then stands beside its values.
  package var hasChosenEpochs: Bool { columns.view.choice != nil }

  /// The name of the column of epochs of runs, such that no field has it.
  package func nameOfEpochs(beside fields: [String]) -> String { RowColumn.epoch.name(beside: fields) }

  /// The columns of the example view that say what an example is, `example_id` first.
  package func fields() throws(EngramError) -> [String] {
    // These say where an example stands in the catalog.
    let internals = ["observation_id", "layer_ordinal", "layer_set_id", "example_count"]
    var known: [String] = []
    for part in parts {
      for column in try part.snapshot.exampleColumns()
      where !known.contains(where: { $0.lowercased() == column.lowercased() }) {
        known.append(column)
      }
    }
    guard let chosenFields else { return known.filter { !internals.contains($0) } }
    return try chosenFields.enumerated().map { (place, name) throws(EngramError) in
      if chosenFields[..<place].contains(where: { $0.lowercased() == name.lowercased() }) {
        throw EngramError(
          .usage, "the column '\(name)' is named twice", file: parts.first?.snapshot.store.path,
          expected: "each column of metadata once", found: chosenFields.joined(separator: ","))
      }
      if let column = known.first(where: { $0.lowercased() == name.lowercased() }) { return column }
      throw EngramError(
        .usage, "there is no column '\(name)' of metadata", file: parts.first?.snapshot.store.path,
        expected: "one of \(known.joined(separator: ", "))", found: name,
        mend: closestName(to: name, among: known).map { "did you mean '\($0)'?" })
    }
  }

  /// Hands on the values as they were recorded, examples x epochs x statistics, block by block.
  func forEachArrayBlock(_ body: (RawSpan) throws(EngramError) -> Void) throws(EngramError) {
    let columns = columns.recorded
    var matrix = Matrix(elementType: elementType)
    for part in parts {
      for block in part.examples.parts(of: Self.arrayBlock) {
        try work.checkCancelled("stopped on request")
        try part.snapshot.materialize(block, columns, into: &matrix, work: work)
        try narrowed.look(at: matrix, of: block, columns, in: part.snapshot, work)
        try body(matrix.bytes)
      }
    }
  }

  /// Metadata of examples, and for each the epoch that stands for it.
  package struct Row: Sendable {
    /// The values of the fields that were asked for.
    package var values: [MetadataValue]
    /// The epoch of the run, where each gives its own.
    package var epoch: Double?
  }

  /// Hands on the metadata of examples and their values, statistic by statistic, block by block.
  package func forEachRowBlock(
    of fields: [String],
    _ body: (_ rows: [Row], _ values: borrowing Matrix) throws(EngramError) -> Void
  ) throws(EngramError) {
    var matrix = Matrix(elementType: elementType)
    for part in parts {
      var done = 0
      for block in part.examples.parts(of: Self.rowBlock) {
        try work.checkCancelled("stopped on request")
        try part.snapshot.materialize(block, columns, into: &matrix, work: work)
        try narrowed.look(at: matrix, of: block, columns, in: part.snapshot, work)
        try body(try rows(of: block, in: part, from: done, fields), matrix)
        done += block.count
      }
    }
  }

  /// Hands on the metadata of all examples, without their values.
  func rows(of fields: [String]) throws(EngramError) -> [Row] {
    var all: [Row] = []
    for part in parts { all += try rows(of: part.examples, in: part, from: 0, fields) }
    return all
  }

  /// The metadata of examples of a part; a run in progress has no ids yet.
  private func rows(
    of examples: ExampleSet, in part: Part, from first: Int, _ fields: [String]
  ) throws(EngramError) -> [Row] {
    let withheld = part.progress == nil ? [] : ["example_id", "run_id", "observation_id", "layer_set_id"]
    let known = try part.snapshot.exampleColumns().map { $0.lowercased() }
    let read = fields.indices.filter {
      known.contains(fields[$0].lowercased()) && !withheld.contains(fields[$0].lowercased())
    }
    var rows: [Row] = []
    try part.snapshot.metadata(of: examples, columns: read.map { fields[$0] }) { (_, values) in
      var row = Row(values: [MetadataValue](repeating: .null, count: fields.count))
      for (index, value) in zip(read, values) { row.values[index] = value }
      if let chosen = part.chosen { row.epoch = chosen[first + rows.count] }
      rows.append(row)
    }
    return rows
  }
}
