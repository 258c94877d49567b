// TrajectoryFingerprints.swift -- which trajectories of an input a store has already, bit for bit.

import Base
import TrajectoryModel
import TrajectoryStore

/// Hashes of trajectories as they stream by, to be looked for in a store.
///
/// Of what is stored, three statistics are read first; the whole trajectory only where these are equal. So the search costs
/// a fifteenth of reading all that was recorded at the same epochs and statistics.
struct TrajectoryFingerprints {
  /// The examples of one part of an input.
  private struct Part {
    let firstRow: Int
    let statistics: [String]
    let epochs: [Double]
    let elementType: ElementType
    let samples: [Int]
    /// For each example the hash of the sampled statistics, and of all.
    var hashes: [(sample: UInt64, whole: UInt64)] = []
    /// Whether each example has two different finite values, so that no other recording is likely to equal it.
    var areTelling: [Bool] = []
  }

  private var parts: [Part] = []
  private var rowCount = 0

  /// Begins a part.
  mutating func begin(statistics: [String], epochs: [Double], elementType: ElementType) {
    let last = statistics.count - 1
    parts.append(
      Part(
        firstRow: rowCount, statistics: statistics, epochs: epochs, elementType: elementType,
        samples: Set([0, last / 2, last]).sorted()))
  }

  /// Adds examples of the part that was begun last, [example][epoch][statistic].
  mutating func add(_ values: RawSpan, exampleCount: Int) {
    guard var part = parts.popLast() else { return }
    let size = part.elementType.byteCount
    let row = part.statistics.count * size
    let stride = part.epochs.count * row
    var sample = [UInt8](repeating: 0, count: part.epochs.count * part.samples.count * size)
    for example in 0..<exampleCount {
      let bytes = values.extracting((example * stride)..<((example + 1) * stride))
      unsafe bytes.withUnsafeBytes { bytes in
        unsafe sample.withUnsafeMutableBytes { sample in
          var end = 0
          for epoch in part.epochs.indices {
            for index in part.samples {
              let start = epoch * row + index * size
              // SAFETY: the bytes of one value lie inside the example, and there is room for each.
              unsafe UnsafeMutableRawBufferPointer(rebasing: sample[end..<(end + size)])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[start..<(start + size)]))
              end += size
            }
          }
        }
      }
      part.hashes.append((XXH3.hash64(sample), XXH3.hash64(bytes)))
      part.areTelling.append(Self.isTelling(bytes, part.elementType))
    }
    rowCount += exampleCount
    parts.append(part)
  }

  /// Whether the values of an example are not all the same, NaN and infinities apart.
  private static func isTelling(_ bytes: RawSpan, _ type: ElementType) -> Bool {
    var first: Double?
    for offset in stride(from: 0, to: bytes.byteCount, by: type.byteCount) {
      // SAFETY: the loads are checked against the bounds, and any bits are a number.
      let value =
        type == .float32
        ? Double(unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: Float.self))
        : unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: Double.self)
      guard value.isFinite else { continue }
      guard let known = first else {
        first = value
        continue
      }
      if known != value { return true }
    }
    return false
  }

  /// The stored examples that each row of the input equals.
  ///
  /// - Parameters:
  ///   - snapshot: The store.
  ///   - examples: The examples that are looked at; nil for all that the snapshot shows.
  ///   - work: How the work is done.
  /// - Returns: For each row the examples.
  /// - Throws: As materialising.
  func matches(
    in snapshot: Snapshot, among examples: ExampleSet? = nil, work: WorkContext
  ) throws(EngramError) -> TrajectoryMatches {
    var found = TrajectoryMatches()
    for part in parts {
      for (index, isTelling) in part.areTelling.enumerated() where isTelling {
        found.tellingRows.insert(part.firstRow + index)
      }
      for recorded in snapshot.recorded(examples ?? snapshot.allExamples)
      where recorded.elementType == part.elementType && recorded.columns.epochs == part.epochs
        && Set(recorded.columns.statistics) == Set(part.statistics)
      {
        try match(part, recorded.examples, in: snapshot, work, &found)
      }
    }
    return found
  }

  private func match(
    _ part: Part, _ examples: ExampleSet, in snapshot: Snapshot, _ work: WorkContext, _ found: inout TrajectoryMatches
  ) throws(EngramError) {
    let wanted = Set(part.hashes.map(\.sample))
    let sampled = FeatureColumns(
      statistics: part.samples.map { part.statistics[$0] }, epochs: part.epochs, order: .bySample)
    let whole = FeatureColumns(statistics: part.statistics, epochs: part.epochs, order: .bySample)
    var candidates = ExampleSet()
    try Self.forEach(examples, sampled, part.elementType, snapshot, work) { (id, hash) in
      if wanted.contains(hash) { candidates.append(id..<(id + 1)) }
    }
    if candidates.isEmpty { return }
    var rowsOfWhole: [UInt64: [Int]] = [:]
    for (index, hash) in part.hashes.enumerated() { rowsOfWhole[hash.whole, default: []].append(part.firstRow + index) }
    var equal: [UInt64: [Int64]] = [:]
    try Self.forEach(candidates, whole, part.elementType, snapshot, work) { (id, hash) in
      if rowsOfWhole[hash] != nil { equal[hash, default: []].append(id) }
    }
    for (hash, ids) in equal { found.add(ids, of: rowsOfWhole[hash] ?? []) }
  }

  /// Hashes columns of stored examples, block by block.
  private static func forEach(
    _ examples: ExampleSet, _ columns: FeatureColumns, _ type: ElementType, _ snapshot: Snapshot, _ work: WorkContext,
    _ body: (_ example: Int64, _ hash: UInt64) -> Void
  ) throws(EngramError) {
    /// Examples read at a time, a few MiB of values.
    let block = 1_024
    var values = Matrix(elementType: type)
    let size = columns.count * type.byteCount
    for part in examples.parts(of: block) {
      try work.checkCancelled("the ingest was stopped; the store is as it was before")
      try snapshot.materialize(part, columns, into: &values, work: work)
      for (row, id) in part.ids.enumerated() {
        body(id, XXH3.hash64(values.bytes.extracting((row * size)..<((row + 1) * size))))
      }
    }
  }
}

/// The stored examples that rows of an input equal, bit for bit.
struct TrajectoryMatches {
  /// Examples that are equal to one another, ascending, and for each row which of them; rows that are equal share them.
  private var groups: [[Int64]] = []
  private var groupOfRow: [Int: Int] = [:]
  /// Rows whose values are not all the same: what equals them is the same recording.
  fileprivate(set) var tellingRows: Set<Int> = []

  /// The number of rows that equal a stored example.
  var count: Int { groupOfRow.count }

  /// Every stored example that some row equals.
  var examples: ExampleSet { ExampleSet(groups.joined().map { $0..<($0 + 1) }) }

  /// The stored examples that a row equals, ascending.
  subscript(row: Int) -> [Int64] { groupOfRow[row].map { groups[$0] } ?? [] }

  /// Whether a row equals a stored example and its values say that it is the same recording.
  func isRecognised(_ row: Int) -> Bool { groupOfRow[row] != nil && tellingRows.contains(row) }

  /// For each row that equals stored examples the first of them.
  var firsts: [(row: Int, example: Int64)] { groupOfRow.map { ($0.key, groups[$0.value][0]) } }

  fileprivate mutating func add(_ ids: [Int64], of rows: [Int]) {
    guard let first = rows.first else { return }
    if let group = groupOfRow[first] {
      groups[group] += ids
    } else {
      for row in rows { groupOfRow[row] = groups.count }
      groups.append(ids)
    }
  }
}
