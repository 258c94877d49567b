// GroupedRows.swift -- the runs and measurements that rows of metadata make, before the store is looked at.

import Base
import TrajectoryModel
import TrajectoryStore

/// The runs and measurements that rows of metadata make.
struct GroupedRows {
  private let columns: [MetadataColumn]
  private let keys: [MetadataColumn]
  private let sourceRuns: [MetadataValue]?
  let layers: [Layer]
  private let conditions: [ObservationCondition]?
  /// Whether a layer that comes again makes another run rather than another measurement.
  private let separates: Bool

  /// For each run the values of the columns.
  private(set) var runs: [[MetadataValue]] = []
  /// For each run the values of the key columns.
  private(set) var keysOfRuns: [[MetadataValue]] = []
  /// For each run which repeat of its key it is, from 1; 0 where the key comes once.
  private(set) var repeats: [Int] = []
  /// The first row of each run.
  private(set) var firstRows: [Int] = []
  private(set) var observations: [AppendMetadata.Observation] = []
  /// The run of each row.
  private(set) var runOfRow: [Int] = []
  private(set) var repeatedRows = 0

  init(
    columns: [MetadataColumn], keys: [MetadataColumn], sourceRuns: [MetadataValue]?, layers: [Layer],
    conditions: [ObservationCondition]?, separates: Bool
  ) {
    (self.columns, self.keys, self.sourceRuns) = (columns, keys, sourceRuns)
    (self.layers, self.conditions, self.separates) = (layers, conditions, separates)
  }

  /// The condition of a row.
  func condition(_ row: Int) -> ObservationCondition { conditions?[row] ?? .perfect }

  private struct Place: Hashable {
    let key: [Int32]
    let layer: String
    let condition: ObservationCondition
  }

  /// Groups the rows.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` for a field that differs within one run.
  mutating func group(_ input: IngestInput, checksFields: Bool) throws(EngramError) {
    // Values become small integers, so that a row is compared without touching text.
    var codes = keys.map { Self.codes(of: $0.values) }
    if let sourceRuns { codes.append(Self.codes(of: sourceRuns)) }
    var runOfKey: [[Int32]: Int] = [:]
    var counts: [Place: Int32] = [:]
    for row in layers.indices {
      var key = codes.map { $0[row] }
      let count = counts[Place(key: key, layer: layers[row].name, condition: condition(row)), default: 0]
      counts[Place(key: key, layer: layers[row].name, condition: condition(row))] = count + 1
      if count > 0 { repeatedRows += 1 }
      if separates { key.append(count) }
      if let known = runOfKey[key] {
        runOfRow.append(known)
        if checksFields { try checkFields(row, known, input) }
      } else {
        runOfKey[key] = runs.count
        runOfRow.append(runs.count)
        runs.append(columns.map { $0.values[row] })
        keysOfRuns.append(keys.map { $0.values[row] })
        firstRows.append(row)
      }
    }
    numberRepeats()
    makeObservations()
  }

  private func checkFields(_ row: Int, _ run: Int, _ input: IngestInput) throws(EngramError) {
    guard let column = columns.indices.first(where: { columns[$0].values[row] != runs[run][$0] }) else { return }
    throw EngramError(
      .invalidData, "a field differs within one run", file: input.metadataSource,
      place: "row \(row + 1), field \(columns[column].name)",
      expected: "'\(runs[run][column])', as in the run's first row, row \(firstRows[run] + 1)",
      found: "'\(columns[column].values[row])'",
      mend: """
        name this field among those that tell runs apart; or, if it names layers, say \
        \(map: LayerColumns.name, to: columns[column].sourceName ?? columns[column].name); or leave it out
        """)
  }

  /// Numbers the runs whose keys are equal, in the order of their first rows.
  private mutating func numberRepeats() {
    var members: [[MetadataValue]: [Int]] = [:]
    for (run, key) in keysOfRuns.enumerated() { members[key, default: []].append(run) }
    repeats = [Int](repeating: 0, count: runs.count)
    for runs in members.values where runs.count > 1 {
      for (number, run) in runs.enumerated() { repeats[run] = number + 1 }
    }
  }

  private mutating func makeObservations() {
    var current: (run: Int, layers: [Layer], names: Set<String>, condition: ObservationCondition)?
    func close() {
      guard let open = current else { return }
      observations.append(.init(run: open.run, layers: open.layers, condition: open.condition))
    }
    for (row, run) in runOfRow.enumerated() {
      let condition = condition(row)
      if let open = current, open.run == run, open.condition == condition, !open.names.contains(layers[row].name) {
        current?.layers.append(layers[row])
        current?.names.insert(layers[row].name)
      } else {
        close()
        current = (run, [layers[row]], [layers[row].name], condition)
      }
    }
    close()
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
}
