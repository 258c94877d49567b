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
    var sample: [UInt8] = []
    for example in 0..<exampleCount {
      let bytes = values.extracting((example * stride)..<((example + 1) * stride))
      sample.removeAll(keepingCapacity: true)
      unsafe bytes.withUnsafeBytes { bytes in
        for epoch in part.epochs.indices {
          for index in part.samples {
            let start = epoch * row + index * size
            // SAFETY: the bytes of one value lie inside the example.
            unsafe sample.append(contentsOf: bytes[start..<(start + size)])
          }
        }
      }
      part.hashes.append((XXH3.hash64(sample), XXH3.hash64(bytes)))
    }
    rowCount += exampleCount
    parts.append(part)
  }

  /// The stored example that each row of the input equals, of several the first.
  ///
  /// - Throws: As materialising.
  func matches(in snapshot: Snapshot, work: WorkContext) throws(EngramError) -> [Int: Int64] {
    var found: [Int: Int64] = [:]
    for part in parts {
      for recorded in snapshot.recorded(snapshot.allExamples)
      where recorded.elementType == part.elementType && recorded.columns.epochs == part.epochs
        && Set(recorded.columns.statistics) == Set(part.statistics)
      {
        try match(part, recorded.examples, in: snapshot, work, &found)
      }
    }
    return found
  }

  private func match(
    _ part: Part, _ examples: ExampleSet, in snapshot: Snapshot, _ work: WorkContext, _ found: inout [Int: Int64]
  ) throws(EngramError) {
    var rows: [UInt64: [Int]] = [:]
    for (index, hash) in part.hashes.enumerated() { rows[hash.sample, default: []].append(index) }
    let sampled = FeatureColumns(
      statistics: part.samples.map { part.statistics[$0] }, epochs: part.epochs, order: .bySample)
    let whole = FeatureColumns(statistics: part.statistics, epochs: part.epochs, order: .bySample)
    var candidates = ExampleSet()
    try Self.forEach(examples, sampled, part.elementType, snapshot, work) { (id, hash) in
      if rows[hash] != nil { candidates.append(id..<(id + 1)) }
    }
    if candidates.isEmpty { return }
    var rowsOfWhole: [UInt64: [Int]] = [:]
    for (index, hash) in part.hashes.enumerated() { rowsOfWhole[hash.whole, default: []].append(index) }
    try Self.forEach(candidates, whole, part.elementType, snapshot, work) { (id, hash) in
      for row in rowsOfWhole[hash] ?? [] where found[part.firstRow + row] == nil { found[part.firstRow + row] = id }
    }
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
