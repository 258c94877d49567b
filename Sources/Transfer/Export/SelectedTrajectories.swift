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

  let snapshot: Snapshot
  /// The examples.
  package let examples: ExampleSet
  /// The columns of an example.
  package let columns: FeatureColumns
  /// The type of the values.
  package let elementType: ElementType
  /// The columns of metadata that were asked for, or nil for all.
  let chosenFields: [String]?
  /// What of the examples was dropped, in sentences without a full stop.
  package let remarks: [String]
  let work: WorkContext

  /// The columns of the example view that say what an example is, `example_id` first.
  package func fields() throws(EngramError) -> [String] {
    // These say where an example stands in the catalog.
    let internals = ["observation_id", "layer_ordinal", "layer_set_id", "example_count"]
    let known = try snapshot.exampleColumns()
    guard let chosenFields else { return known.filter { !internals.contains($0) } }
    return try chosenFields.map { (name) throws(EngramError) in
      if let column = known.first(where: { $0.lowercased() == name.lowercased() }) { return column }
      throw EngramError(
        .usage, "there is no column '\(name)' of metadata", file: snapshot.store.path,
        expected: "one of \(known.joined(separator: ", "))", found: name,
        mend: closestName(to: name, among: known).map { "did you mean '\($0)'?" })
    }
  }

  /// Hands on the values as they were recorded, examples x epochs x statistics, block by block.
  func forEachArrayBlock(_ body: (RawSpan) throws(EngramError) -> Void) throws(EngramError) {
    let columns = columns.recorded
    var matrix = Matrix(elementType: elementType)
    for block in examples.parts(of: Self.arrayBlock) {
      try work.checkCancelled("stopped on request")
      try snapshot.materialize(block, columns, into: &matrix, work: work)
      try body(matrix.bytes)
    }
  }

  /// Hands on the metadata of examples and their values, statistic by statistic, block by block.
  package func forEachRowBlock(
    of fields: [String],
    _ body: (_ metadata: [[MetadataValue]], _ values: borrowing Matrix) throws(EngramError) -> Void
  ) throws(EngramError) {
    var matrix = Matrix(elementType: elementType)
    for block in examples.parts(of: Self.rowBlock) {
      try work.checkCancelled("stopped on request")
      try snapshot.materialize(block, columns, into: &matrix, work: work)
      var rows: [[MetadataValue]] = []
      try snapshot.metadata(of: block, columns: fields) { (_, row) throws(EngramError) in rows.append(row) }
      try body(rows, matrix)
    }
  }
}
