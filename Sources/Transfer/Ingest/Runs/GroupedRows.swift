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
  /// The names of the layers in the order of the rows.
  private(set) var layerNames: [String] = []
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

  /// What a row is about, each by its number.
  private struct Place: Hashable {
    let key: Int32
    let layer: Int32
    let condition: Int32
  }

  /// A key, and which repeat of its layer makes it another run; 0 where repeats do not.
  private struct Key: Hashable {
    let number: Int32
    let count: Int32
  }

  /// Groups the rows.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` for a field that differs within one run.
  mutating func group(_ input: IngestInput, checksFields: Bool) throws(EngramError) {
    let numbers = keyNumbers()
    let layerNumbers = layers.distinctNumbers { $0.name }
    let conditionNumbers = conditions?.distinctNumbers { $0 }
    var runOfKey: [Key: Int] = [:]
    var counts: [Place: Int32] = [:]
    for row in layers.indices {
      let place = Place(key: numbers[row], layer: layerNumbers[row], condition: conditionNumbers?[row] ?? 0)
      let count = counts[place, default: 0]
      counts[place] = count + 1
      if count > 0, !separates { repeatedRows += 1 }
      if Int(place.layer) == layerNames.count { layerNames.append(layers[row].name) }
      let key = Key(number: numbers[row], count: separates ? count : 0)
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
    makeObservations(layerNumbers)
  }

  /// For each row the number of its key, so that rows are compared without touching text.
  private func keyNumbers() -> [Int32] {
    var numbers = [Int32](repeating: 0, count: layers.count)
    for values in keys.map(\.values) + [sourceRuns].compactMap(\.self) {
      let own = values.distinctNumbers { $0 }
      numbers = numbers.indices.distinctNumbers { Int64(numbers[$0]) << 32 | Int64(own[$0]) }
    }
    return numbers
  }

  private func checkFields(_ row: Int, _ run: Int, _ input: IngestInput) throws(EngramError) {
    guard let column = columns.indices.first(where: { columns[$0].values[row] != runs[run][$0] }) else { return }
    throw EngramError(
      .invalidData, "a field differs within one run", file: input.metadataSource,
      place: "row \(input.row(row)), field \(columns[column].name)",
      expected: "'\(runs[run][column])', as in the run's first row, row \(input.row(firstRows[run]))",
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

  private mutating func makeObservations(_ layerNumbers: [Int32]) {
    var current: (run: Int, layers: [Layer], numbers: Set<Int32>, condition: ObservationCondition)?
    func close() {
      guard let open = current else { return }
      observations.append(.init(run: open.run, layers: open.layers, condition: open.condition))
    }
    for (row, run) in runOfRow.enumerated() {
      let condition = condition(row)
      if let open = current, open.run == run, open.condition == condition, !open.numbers.contains(layerNumbers[row]) {
        current?.layers.append(layers[row])
        current?.numbers.insert(layerNumbers[row])
      } else {
        close()
        current = (run, [layers[row]], [layerNumbers[row]], condition)
      }
    }
    close()
  }
}

extension RandomAccessCollection {
  /// For each element the number of its value among the different ones, in the order in which they come.
  fileprivate func distinctNumbers<Value: Hashable>(_ value: (Element) -> Value) -> [Int32] {
    var known: [Value: Int32] = [:]
    // Rows of one run are neighbours, and mostly the same.
    var last: (value: Value, number: Int32)?
    return map { element in
      let value = value(element)
      if let last, last.value == value { return last.number }
      let next = Int32(known.count)
      let number = known[value, default: next]
      if number == next { known[value] = next }
      last = (value, number)
      return number
    }
  }
}
