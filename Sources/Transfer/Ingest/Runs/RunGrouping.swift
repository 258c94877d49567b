// RunGrouping.swift -- from one row of metadata an example to runs, and the layers measured of each.

import Base
import Formats
import TrajectoryModel
import TrajectoryStore

/// From one row of metadata an example to runs, and the layers measured of each.
///
/// Rows whose run fields are all equal belong to one run; null equals null. Neighbouring rows of one run whose layers
/// differ are one measurement of it; a layer that comes again begins another. Row `i` of the input becomes the `i`-th
/// example, so published row numbers are kept. A run that the store has by its fields is that run.
struct RunGrouping {
  let metadata: AppendMetadata
  /// The columns that are fields of runs.
  let columns: [MetadataColumn]
  /// The fields that tell runs apart, and those of them of which the runs have different values.
  let keyFields: [String]
  let distinguishing: [String]
  /// The column that names the layers, or nil where none does; and the names of the layers in the order of the rows.
  let layerSource: String?
  let layerNames: [String]
  /// Rows that bring a layer of a run which an earlier row has brought under the same condition.
  let repeatedRows: Int
  /// Layers of the input that the store has already.
  let stored: [StoredLayer]
  /// Runs of the input that the store has, and that are hidden there.
  let hidden: [HiddenRun]
  /// What a user should know about how the rows were understood.
  let notes: [String]

  /// A layer of the input that the store has already.
  struct StoredLayer: Hashable {
    let row: Int
    let run: Int64
    let layer: String
    let example: Int64
  }

  /// A run of the input that the store has, and that is hidden there.
  struct HiddenRun: Hashable {
    /// Its first row.
    let row: Int
    let run: Int64
  }

  /// Groups rows.
  ///
  /// - Parameters:
  ///   - input: The metadata.
  ///   - rowCount: The number of examples, which every column has a value for.
  ///   - identity: What tells runs apart.
  /// - Throws: ``EngramError`` with code `invalidData` that names column and row, `usage` for a field that is not there.
  init(_ input: IngestInput, rowCount: Int, identity: RunIdentity) throws(EngramError) {
    for column in input.columns where column.values.count != rowCount {
      throw EngramError(
        .invalidData, "the metadata have another number of rows than the values", file: input.source,
        place: "field \(column.name)", expected: "\(rowCount) rows", found: "\(column.values.count)",
        mend: "give one row of metadata an example, in the order of the values")
    }
    let layers = try LayerColumns(input, rowCount: rowCount, fields: identity.fieldsOfRuns)
    let conditions = try ConditionColumns.conditions(of: input, rowCount: rowCount)
    columns = try Self.runColumns(of: input, except: layers.columns)
    let keyColumns = try Self.keyColumns(identity.fields, of: columns, in: input)
    var rows = GroupedRows(
      columns: columns, keys: keyColumns, sourceRuns: input.sourceRuns, layers: layers.layers, conditions: conditions,
      separates: identity.repeats == .newRuns)
    try rows.group(input, checksFields: identity.fields != nil)
    repeatedRows = rows.repeatedRows
    layerNames = rows.layerNames
    layerSource = layers.source
    let match = try StoredRunMatch(rows, columns, identity, input)
    var fields = columns.map { MetadataField(name: $0.name, type: MetadataType(narrowestFor: $0.values)) }
    var runs = rows.runs
    if let replicates = match.replicates {
      fields.append(MetadataField(name: RunIdentity.replicate, type: .integer))
      for (index, number) in replicates.enumerated() { runs[index].append(number.map { .integer($0) } ?? .null) }
    }
    metadata = AppendMetadata(
      fields: fields, runs: runs, observations: rows.observations, storedRuns: match.storedRuns,
      runKey: identity.declares ? keyColumns.map(\.name) : nil, fileRows: rows.firstRows.map(input.row))
    stored = match.storedLayers
    hidden = match.hiddenRuns
    keyFields = keyColumns.map(\.name)
    distinguishing = keyColumns.filter { column in
      column.values.first.map { first in column.values.contains { $0 != first } } ?? false
    }.map(\.name)
    notes = layers.notes + match.notes
  }

  /// The columns that describe runs.
  private static func runColumns(
    of input: IngestInput, except others: Set<String>
  ) throws(EngramError) -> [MetadataColumn] {
    var columns: [MetadataColumn] = []
    for column in input.columns where !others.contains(column.name) && !ConditionColumns.names.contains(column.name) {
      if isWholeRange(column, epochCount: input.mostEpochs) { continue }
      try check(column, in: input)
      columns.append(column)
    }
    return columns
  }

  /// Whether a column is the published `start_idxs` or `end_idxs` and only says that every epoch is valid.
  private static func isWholeRange(_ column: MetadataColumn, epochCount: Int) -> Bool {
    switch column.name {
    case "start_idxs": column.values.allSatisfy { $0 == .integer(0) }
    case "end_idxs": column.values.allSatisfy { $0 == .integer(Int64(epochCount)) }
    default: false
    }
  }

  private static func check(_ column: MetadataColumn, in input: IngestInput) throws(EngramError) {
    do throws(EngramError) {
      try MetadataField.check(name: column.name)
    } catch {
      var placed = error.inFile(input.metadataSource)
      placed.mend = "rename it with \(map: "NEW_NAME", to: column.sourceName ?? column.name)"
      throw placed
    }
    if let row = column.values.firstIndex(where: { if case .real(let value) = $0 { value.isNaN } else { false } }) {
      throw EngramError(
        .invalidData, "a metadata value is not a number", file: input.metadataSource,
        place: "row \(input.row(row)), field \(column.name)",
        found: "NaN", mend: "leave it empty where there is no value")
    }
  }

  private static func keyColumns(
    _ names: [String]?, of columns: [MetadataColumn], in input: IngestInput
  ) throws(EngramError) -> [MetadataColumn] {
    guard let names else { return columns }
    var chosen: [MetadataColumn] = []
    for name in names {
      guard let column = columns.first(where: { $0.name == name || $0.sourceName == name }) else {
        throw EngramError(
          .usage, "there is no field '\(name)' to tell runs apart", file: input.source,
          expected: "one of \(columns.map(\.name).joined(separator: ", "))", found: name,
          mend: closestName(to: name, among: columns.map(\.name)).map { "did you mean '\($0)'?" })
      }
      chosen.append(column)
    }
    return chosen
  }
}
