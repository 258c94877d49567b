// RunGrouping.swift -- from one row of metadata an example to runs, and the layers measured of each.

import Base
import Formats
import TrajectoryModel
import TrajectoryStore

/// From one row of metadata an example to runs, and the layers measured of each.
///
/// Rows whose run fields are all equal belong to one run; null equals null. Neighbouring rows of one run whose layers
/// differ are one measurement of it; a layer that comes again begins another. Row `i` of the input becomes the `i`-th
/// example, so published row numbers are kept.
struct RunGrouping {
  /// Columns with a meaning of their own, which are not metadata of a run.
  static let layerName = "layer_name"
  static let layerPosition = "layer_position"
  static let conditionFields = ["unit_fraction", "noise_sd", "observation_seed"]

  /// What a layer is called where the input names none.
  static let unnamedLayer = "layer"

  let metadata: AppendMetadata
  /// What a user should know about how the rows were understood.
  let notes: [String]

  /// Groups rows.
  ///
  /// - Parameters:
  ///   - input: The metadata.
  ///   - rowCount: The number of examples, which every column has a value for.
  ///   - runFields: The columns that tell runs apart, or nil for all that describe runs.
  /// - Throws: ``EngramError`` with code `invalidData` that names column and row.
  init(_ input: IngestInput, rowCount: Int, runFields: [String]?) throws(EngramError) {
    var notes: [String] = []
    let runColumns = try Self.runColumns(of: input, rowCount: rowCount)
    let layers = try Self.layers(of: input, rowCount: rowCount)
    let conditions = try Self.conditions(of: input)
    let keyColumns = try Self.keyColumns(runFields, of: runColumns, in: input)

    // Values become small integers, so that a row is compared without touching text.
    let codes = keyColumns.map { Self.codes(of: $0.values) }
    var runOfKey: [[Int32]: Int] = [:]
    var runs: [[MetadataValue]] = []
    var observations: [AppendMetadata.Observation] = []
    var current: (run: Int, layers: [Layer], names: Set<String>, condition: ObservationCondition)?
    for row in 0..<rowCount {
      let key = codes.map { $0[row] }
      let values = runColumns.map { $0.values[row] }
      let run: Int
      if let known = runOfKey[key] {
        run = known
        if runFields != nil, let column = values.indices.first(where: { values[$0] != runs[known][$0] }) {
          throw EngramError(
            .invalidData, "a field differs within one run", file: input.source,
            place: "row \(row), field \(runColumns[column].name)",
            expected: "'\(runs[known][column])', as in the run's first row",
            found: "'\(values[column])'", mend: "name this field among those that tell runs apart, or leave it out")
        }
      } else {
        run = runs.count
        runOfKey[key] = run
        runs.append(values)
      }
      let condition = conditions?[row] ?? .perfect
      if let open = current, open.run == run, open.condition == condition, !open.names.contains(layers[row].name) {
        current?.layers.append(layers[row])
        current?.names.insert(layers[row].name)
      } else {
        if let open = current {
          observations.append(.init(run: open.run, layers: open.layers, condition: open.condition))
        }
        current = (run, [layers[row]], [layers[row].name], condition)
      }
    }
    if let open = current {
      observations.append(.init(run: open.run, layers: open.layers, condition: open.condition))
    }
    if runs.count == 1, rowCount > 1, observations.count == rowCount {
      notes.append(
        "all \(rowCount) examples have the same metadata and count as measurements of one run; "
          + "add a column that tells runs apart if they are not")
    }
    let fields = runColumns.map { MetadataField(name: $0.name, type: MetadataType(narrowestFor: $0.values)) }
    metadata = AppendMetadata(fields: fields, runs: runs, observations: observations)
    self.notes = notes
  }

  /// The columns that describe runs, each with a value for every row.
  private static func runColumns(of input: IngestInput, rowCount: Int) throws(EngramError) -> [MetadataColumn] {
    var columns: [MetadataColumn] = []
    for column in input.columns {
      guard column.values.count == rowCount else {
        throw EngramError(
          .invalidData, "the metadata have another number of rows than the values", file: input.source,
          place: "field \(column.name)", expected: "\(rowCount) rows", found: "\(column.values.count)",
          mend: "give one row of metadata an example, in the order of the values")
      }
      if ([layerName, layerPosition] + conditionFields).contains(column.name) { continue }
      if isWholeRange(column, epochCount: input.values.shape[1]) { continue }
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
      placed.mend = "rename it with \(map: "NEW_NAME", to: column.name)"
      throw placed
    }
    if let row = column.values.firstIndex(where: { if case .real(let value) = $0 { value.isNaN } else { false } }) {
      throw EngramError(
        .invalidData, "a metadata value is not a number", file: input.metadataSource,
        place: "row \(row), field \(column.name)",
        found: "NaN", mend: "leave it empty where there is no value")
    }
  }

  private static func keyColumns(
    _ names: [String]?, of columns: [MetadataColumn], in input: IngestInput
  ) throws(EngramError) -> [MetadataColumn] {
    guard let names else { return columns }
    var chosen: [MetadataColumn] = []
    for name in names {
      guard let column = columns.first(where: { $0.name == name }) else {
        throw EngramError(
          .usage, "there is no field '\(name)' to tell runs apart", file: input.source,
          expected: "one of \(columns.map(\.name).joined(separator: ", "))", found: name,
          mend: closestName(to: name, among: columns.map(\.name)).map { "did you mean '\($0)'?" })
      }
      chosen.append(column)
    }
    return chosen
  }

  private static func codes(of values: [MetadataValue]) -> [Int32] {
    var known: [MetadataValue: Int32] = [:]
    return values.map { value in
      if let code = known[value] { return code }
      let code = Int32(known.count)
      known[value] = code
      return code
    }
  }

  private static func layers(of input: IngestInput, rowCount: Int) throws(EngramError) -> [Layer] {
    let names = input.columns.first { $0.name == layerName }?.values
    let positions = input.columns.first { $0.name == layerPosition }?.values
    var layers: [Layer] = []
    layers.reserveCapacity(rowCount)
    for row in 0..<rowCount {
      var position: LayerPosition? = input.positions?[row]
      switch positions?[row] {
      case nil, .null?: break
      case .text(let word)?:
        guard let known = LayerPosition(rawValue: word) else {
          throw EngramError(
            .invalidData, "there is no such position of a layer", file: input.source,
            place: "row \(row), field \(layerPosition)", expected: "early, middle or deep, or nothing",
            found: "'\(word)'",
            mend:
              "use one of the three words, or give the column another name with \(map: "NEW_NAME", to: layerPosition)")
        }
        position = known
      case let other?:
        throw EngramError(
          .invalidData, "the position of a layer is a word", file: input.source,
          place: "row \(row), field \(layerPosition)", expected: "early, middle or deep, or nothing",
          found: "'\(other)'")
      }
      layers.append(
        Layer(
          name: names.map { $0[row] == .null ? unnamedLayer : $0[row].description } ?? unnamedLayer, position: position)
      )
    }
    return layers
  }

  private static func conditions(of input: IngestInput) throws(EngramError) -> [ObservationCondition]? {
    let columns = input.columns.filter { conditionFields.contains($0.name) }
    if columns.isEmpty { return nil }
    var conditions = [ObservationCondition](repeating: .perfect, count: input.values.shape[0])
    for column in columns {
      for (row, value) in column.values.enumerated() {
        let number: Double?
        switch value {
        case .null: continue
        case .integer(let whole): number = Double(whole)
        case .real(let real): number = real
        case .text: number = nil
        }
        switch (column.name, number, value) {
        case ("unit_fraction", let number?, _) where number > 0 && number <= 1: conditions[row].unitFraction = number
        case ("noise_sd", let number?, _) where number >= 0 && number.isFinite: conditions[row].noiseSD = number
        case ("observation_seed", _, .integer(let seed)): conditions[row].seed = seed
        default:
          throw EngramError(
            .invalidData, "the condition of measurement is out of range", file: input.source,
            place: "row \(row), field \(column.name)",
            expected: column.name == "unit_fraction"
              ? "above 0, at most 1" : column.name == "noise_sd" ? "at least 0" : "a whole number", found: "'\(value)'",
            mend: "correct the value, or give the column another name with \(map: "NEW_NAME", to: column.name)")
        }
      }
    }
    return conditions
  }
}
