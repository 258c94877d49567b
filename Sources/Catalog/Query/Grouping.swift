// Grouping.swift -- examples put into groups by the values of columns, in one pass.

import Base
import SQLite
import TrajectoryModel

/// Examples put into groups by the values of columns, in one pass in order of example.
///
/// The columns are of two kinds. Those of runs are read once per observation and turned into one small number, the *run
/// key*. Those of layers depend on the layer set and the ordinal only and are turned into *layer keys* beforehand. For a
/// pair of run key and layer set, the group of each ordinal is worked out once and looked up ever after; so an example
/// costs an array access and an append, and SQLite never sees it.
struct Grouping {
  /// More groups than this are not an answer to anything, and would fill memory.
  private static let mostGroups = 4_000_000

  /// Columns of `run_observation` that each row must have, in order.
  let runColumns: [String]

  private let file: String
  private let keyLength: Int
  /// Places in the key of the run columns and of the layer columns.
  private let runPlaces: [Int]
  private let layerPlaces: [Int]
  /// For each layer set, the layer key of each ordinal.
  private var layerKeys: [Int64: [Int32]] = [:]
  /// The values of each layer key.
  private var layerValues: [[MetadataValue]] = []

  private var columnCodes: [[MetadataValue: Int32]]
  private var columnValues: [[MetadataValue]]
  private var lastCodes: [Int32]
  /// Codes of the columns up to k and of column k + 1, to one code of the columns up to k + 1.
  private var pairCodes: [[UInt64: Int32]]
  private var runKeyCount: [Int32]
  /// The values of each run key; keys count 0, 1, 2, … in order of meeting.
  private var runKeyValues: [[MetadataValue]] = []

  private var slotStarts: [UInt64: Int] = [:]
  private var slots: [Int32] = []
  private var groupOfKeys: [UInt64: Int32] = [:]
  private var result: [ExampleGroup] = []
  private var lastObservation: Int64 = -1
  private var lastStart = 0
  private var lastKey: Int32 = 0

  /// Prepares to group.
  ///
  /// - Throws: Code `usage` for a column that is not there, is given twice, or is `example_id`.
  init(
    by names: [String], columns: Columns, layers: [Int64: [[MetadataValue]]], file: String
  ) throws(EngramError) {
    var found: [String] = []
    for name in names {
      guard let column = Columns.find(name, in: columns.ofExampleView) else { throw columns.unknown(name, file: file) }
      if found.contains(column) {
        throw EngramError(.usage, "column '\(column)' is given twice", file: file, mend: "give it once")
      }
      if column == "example_id" {
        throw EngramError(.usage, "every example would be a group of its own", file: file, found: "'\(name)'")
      }
      found.append(column)
    }
    self.file = file
    keyLength = found.count
    let ofLayer = found.indices.filter { Columns.ofLayer.contains(found[$0]) }
    let ofRun = found.indices.filter { !Columns.ofLayer.contains(found[$0]) }
    (layerPlaces, runPlaces) = (ofLayer, ofRun)
    runColumns = ofRun.map { found[$0] }
    columnCodes = ofRun.map { _ in [:] }
    columnValues = ofRun.map { _ in [] }
    lastCodes = ofRun.map { _ in -1 }
    pairCodes = ofRun.map { _ in [:] }
    runKeyCount = ofRun.map { _ in 0 }
    // Layer keys, the same number for the same values in whatever layer set.
    let picked = ofLayer.compactMap { Columns.ofLayer.firstIndex(of: found[$0]) }
    var keys: [[MetadataValue]: Int32] = [:]
    for (set, members) in layers {
      layerKeys[set] = members.map { member in
        let values = picked.map { member[$0] }
        if let key = keys[values] { return key }
        let key = Int32(layerValues.count)
        keys[values] = key
        layerValues.append(values)
        return key
      }
    }
  }

  /// Adds what a filter selected of an observation.
  mutating func add(_ part: CatalogReader.Part) throws(EngramError) {
    if part.examples.lowerBound != lastObservation { lastKey = try runKey(part.row) }
    try add(part.examples, ordinals: part.ordinals, layerSet: part.layerSet, key: lastKey)
  }

  /// Adds an observation, or layers of it.
  ///
  /// - Parameters:
  ///   - examples: Those of the observation.
  ///   - ordinals: The layers, ascending; nil for all.
  ///   - layerSet: Its layer set.
  ///   - key: Its run key.
  /// - Throws: `corrupt` where it is longer than its layer set, `limit` for too many groups.
  mutating func add(
    _ examples: Range<Int64>, ordinals: [Int64]?, layerSet: Int64, key: Int32
  ) throws(EngramError) {
    let first = examples.lowerBound
    if first != lastObservation {
      lastStart = try slotStart(key, layerSet)
      lastObservation = first
    }
    guard let ordinals else {
      if layerPlaces.isEmpty {
        result[Int(slots[lastStart])].examples.append(examples)
      } else {
        for ordinal in 0..<Int64(examples.count) { try append(first, ordinal) }
      }
      return
    }
    for ordinal in ordinals { try append(first, ordinal) }
  }

  private mutating func append(_ first: Int64, _ ordinal: Int64) throws(EngramError) {
    let slot = lastStart &+ (layerPlaces.isEmpty ? 0 : Int(ordinal))
    guard slot < slots.count else {
      throw EngramError(
        .corrupt, "an observation is longer than its layer set", file: file,
        place: "table observation, first_example \(first)", mend: "restore the catalog from a copy")
    }
    let id = first &+ ordinal
    result[Int(slots[slot])].examples.append(id..<(id &+ 1))
  }

  /// Takes over the run keys of all observations, which count in the order of meeting.
  ///
  /// - Parameter values: The values of each key in ``runColumns``.
  mutating func setKeys(_ values: [[MetadataValue]]) {
    runKeyValues = values
    runKeyCount = runKeyCount.map { _ in Int32(values.count) }
  }

  /// The number of the row's values in the run columns.
  private mutating func runKey(_ row: Statement) throws(EngramError) -> Int32 {
    var key: Int32 = 0
    for column in runPlaces.indices {
      let value = try row.value(CatalogReader.Part.firstColumn + Int32(column))
      let last = lastCodes[column]
      let code: Int32
      // Neighbours are often of one architecture, one task and so on; then hashing is saved.
      if last >= 0, columnValues[column][Int(last)] == value {
        code = last
      } else if let known = columnCodes[column][value] {
        code = known
      } else {
        code = Int32(columnValues[column].count)
        columnCodes[column][value] = code
        columnValues[column].append(value)
      }
      lastCodes[column] = code
      if runPlaces.count == 1 {
        key = code
      } else {
        let pair = UInt64(UInt32(bitPattern: key)) << 32 | UInt64(UInt32(bitPattern: code))
        if let known = pairCodes[column][pair] {
          key = known
        } else {
          key = runKeyCount[column]
          pairCodes[column][pair] = key
          runKeyCount[column] += 1
        }
      }
    }
    if Int(key) == runKeyValues.count {
      runKeyValues.append(runPlaces.indices.map { columnValues[$0][Int(lastCodes[$0])] })
    }
    return key
  }

  /// Where in ``slots`` the groups of the layers of a layer set begin, for a run key.
  private mutating func slotStart(_ runKey: Int32, _ layerSet: Int64) throws(EngramError) -> Int {
    guard let set = Int32(exactly: layerSet) else {
      throw EngramError(.corrupt, "a layer set has an impossible number", file: file, place: "table observation")
    }
    let runPart = UInt64(UInt32(bitPattern: runKey)) << 32
    if layerPlaces.isEmpty {
      // One group serves every layer of every set, and both count in order of meeting.
      if Int(runKey) == slots.count { slots.append(try newGroup(runKey, 0)) }
      return Int(runKey)
    }
    let pair = runPart | UInt64(UInt32(bitPattern: set))
    if let start = slotStarts[pair] { return start }
    let start = slots.count
    slotStarts[pair] = start
    for layerKey in layerKeys[layerSet] ?? [] {
      slots.append(try group(runKey, layerKey, runPart | UInt64(UInt32(bitPattern: layerKey))))
    }
    return start
  }

  private mutating func group(_ runKey: Int32, _ layerKey: Int32, _ pair: UInt64) throws(EngramError) -> Int32 {
    if let known = groupOfKeys[pair] { return known }
    let group = try newGroup(runKey, layerKey)
    groupOfKeys[pair] = group
    return group
  }

  private mutating func newGroup(_ runKey: Int32, _ layerKey: Int32) throws(EngramError) -> Int32 {
    if result.count == Self.mostGroups {
      throw EngramError(
        .limit, "there are too many groups", file: file, expected: "at most \(Self.mostGroups)",
        mend: "group by columns with fewer values")
    }
    var key = [MetadataValue](repeating: .null, count: keyLength)
    for (place, value) in zip(runPlaces, runKeyValues[Int(runKey)]) { key[place] = value }
    if !layerPlaces.isEmpty {
      for (place, value) in zip(layerPlaces, layerValues[Int(layerKey)]) { key[place] = value }
    }
    result.append(ExampleGroup(key: key, examples: ExampleSet()))
    return Int32(result.count - 1)
  }

  /// The groups that have examples, sorted by key.
  func groups() -> [ExampleGroup] {
    func precedes(_ left: ExampleGroup, _ right: ExampleGroup) -> Bool {
      for place in left.key.indices {
        if left.key[place] < right.key[place] { return true }
        if right.key[place] < left.key[place] { return false }
      }
      return false
    }
    let filled = result.allSatisfy({ !$0.examples.isEmpty }) ? result : result.filter { !$0.examples.isEmpty }
    // Groups by run come in order already.
    let areSorted = zip(filled, filled.dropFirst()).allSatisfy { precedes($0, $1) }
    return areSorted ? filled : filled.sorted(by: precedes)
  }
}
