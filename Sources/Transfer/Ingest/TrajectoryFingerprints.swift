// TrajectoryFingerprints.swift -- which trajectories of an input a store has already, bit for bit or as text tells.

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
    /// Whether the values were text.
    let isText: Bool
    let samples: [Int]
    /// For each example the hash of the sampled statistics, and of all.
    var hashes: [(sample: UInt64, whole: UInt64)] = []
    /// Whether each example has two different finite values, so that no other recording is likely to equal it.
    var areTelling: [Bool] = []
    /// Whether a statistic of each example changes over epochs, which those of a frozen or a dead layer do not.
    var areChanging: [Bool] = []

    init(firstRow: Int, statistics: [String], epochs: [Double], elementType: ElementType, isText: Bool) {
      (self.firstRow, self.statistics, self.epochs, self.elementType) = (firstRow, statistics, epochs, elementType)
      self.isText = isText
      let last = statistics.count - 1
      samples = Set([0, last / 2, last]).sorted()
    }
  }

  private var parts: [Part] = []
  /// The part that was begun last, where its type is open: its values as Float32.
  private var narrowed: Part?
  private var rowCount = 0

  /// Begins a part.
  ///
  /// - Parameters:
  ///   - statistics: The statistics.
  ///   - epochs: The epochs.
  ///   - elementType: The type of the values.
  ///   - isOpen: Whether nothing says the type, as of numbers in text: they then equal the Float32 that is nearest, too.
  ///   - isText: Whether the values were text, which spells every NaN alike: they then equal any NaN.
  mutating func begin(
    statistics: [String], epochs: [Double], elementType: ElementType, isOpen: Bool = false, isText: Bool = false
  ) {
    finishNarrowed()
    func part(_ type: ElementType) -> Part {
      Part(firstRow: rowCount, statistics: statistics, epochs: epochs, elementType: type, isText: isText)
    }
    parts.append(part(elementType))
    if isOpen, elementType == .float64 { narrowed = part(.float32) }
  }

  private mutating func finishNarrowed() {
    guard let part = narrowed else { return }
    parts.insert(part, at: parts.count - 1)
    narrowed = nil
  }

  /// Adds examples of the part that was begun last, [example][epoch][statistic].
  mutating func add(_ values: RawSpan, exampleCount: Int) {
    guard var part = parts.popLast() else { return }
    if var other = narrowed {
      let single = values.narrowed()
      // SAFETY: a Float has no padding.
      unsafe Self.add(single.span.bytes, exampleCount, to: &other)
      narrowed = other
    }
    Self.add(values, exampleCount, to: &part)
    rowCount += exampleCount
    parts.append(part)
  }

  private static func add(_ values: RawSpan, _ exampleCount: Int, to part: inout Part) {
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
      part.hashes.append((unsafe hash(sample.span.bytes, part), hash(bytes, part)))
      part.areTelling.append(isTelling(bytes, part.elementType))
      part.areChanging.append(isChanging(bytes, part))
    }
  }

  /// The hash of values of the type of a part; where its own were text, every NaN is one and the same.
  private static func hash(_ values: RawSpan, _ part: Part) -> UInt64 {
    guard part.isText else { return XXH3.hash64(values) }
    switch part.elementType {
    case .float32:
      let numbers: [Float] = values.withOneNaN()
      // SAFETY: a Float has no padding.
      return unsafe XXH3.hash64(numbers.span.bytes)
    case .float64:
      let numbers: [Double] = values.withOneNaN()
      // SAFETY: a Double has no padding.
      return unsafe XXH3.hash64(numbers.span.bytes)
    }
  }

  /// Whether a statistic has two different finite values.
  private static func isChanging(_ bytes: RawSpan, _ part: Part) -> Bool {
    let (width, size) = (part.statistics.count, part.elementType.byteCount)
    return (0..<width).contains { statistic in
      var first: Double?
      for epoch in part.epochs.indices {
        let value = value(bytes, at: (epoch * width + statistic) * size, part.elementType)
        guard value.isFinite else { continue }
        if let first, first != value { return true }
        first = value
      }
      return false
    }
  }

  private static func value(_ bytes: RawSpan, at offset: Int, _ type: ElementType) -> Double {
    // SAFETY: the loads are checked against the bounds, and any bits are a number.
    type == .float32
      ? Double(unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: Float.self))
      : unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: Double.self)
  }

  /// Whether the values of an example are not all the same, NaN and infinities apart.
  private static func isTelling(_ bytes: RawSpan, _ type: ElementType) -> Bool {
    var first: Double?
    for offset in stride(from: 0, to: bytes.byteCount, by: type.byteCount) {
      let value = value(bytes, at: offset, type)
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
    for part in parts + [narrowed].compactMap(\.self) {
      for index in part.areTelling.indices {
        if part.areTelling[index] { found.tellingRows.insert(part.firstRow + index) }
        if part.areChanging[index] { found.changingRows.insert(part.firstRow + index) }
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
    try Self.forEach(examples, sampled, part, snapshot, work) { (id, hash) in
      if wanted.contains(hash) { candidates.append(id..<(id + 1)) }
    }
    if candidates.isEmpty { return }
    var rowsOfWhole: [UInt64: [Int]] = [:]
    for (index, hash) in part.hashes.enumerated() { rowsOfWhole[hash.whole, default: []].append(part.firstRow + index) }
    var equal: [UInt64: [Int64]] = [:]
    try Self.forEach(candidates, whole, part, snapshot, work) { (id, hash) in
      if rowsOfWhole[hash] != nil { equal[hash, default: []].append(id) }
    }
    for (hash, ids) in equal { found.add(ids, of: rowsOfWhole[hash] ?? []) }
  }

  /// Hashes columns of stored examples as those of a part, block by block.
  private static func forEach(
    _ examples: ExampleSet, _ columns: FeatureColumns, _ input: Part, _ snapshot: Snapshot, _ work: WorkContext,
    _ body: (_ example: Int64, _ hash: UInt64) -> Void
  ) throws(EngramError) {
    /// Examples read at a time, a few MiB of values.
    let block = 1_024
    var values = Matrix(elementType: input.elementType)
    let size = columns.count * input.elementType.byteCount
    for part in examples.parts(of: block) {
      try work.checkCancelled("the ingest was stopped; the store is as it was before")
      try snapshot.materialize(part, columns, into: &values, work: work)
      for (row, id) in part.ids.enumerated() {
        body(id, hash(values.bytes.extracting((row * size)..<((row + 1) * size)), input))
      }
    }
  }
}

/// The stored examples that rows of an input equal, bit for bit, or as far as text tells.
struct TrajectoryMatches {
  /// Examples that are equal to one another, ascending, and for each row which of them; rows that are equal share them.
  private var groups: [[Int64]] = []
  private var groupOfRow: [Int: Int] = [:]
  /// Rows whose values are not all the same: what equals them is the same recording.
  fileprivate(set) var tellingRows: Set<Int> = []
  /// Rows of which a statistic changes over epochs.
  fileprivate(set) var changingRows: Set<Int> = []

  /// The number of rows that equal a stored example.
  var count: Int { groupOfRow.count }

  /// Every stored example that some row equals.
  var examples: ExampleSet { ExampleSet(groups.joined().map { $0..<($0 + 1) }) }

  /// The stored examples that a row equals, ascending.
  subscript(row: Int) -> [Int64] { groupOfRow[row].map { groups[$0] } ?? [] }

  /// Whether a row equals a stored example and its values say that it is the same recording.
  func isRecognised(_ row: Int) -> Bool { groupOfRow[row] != nil && tellingRows.contains(row) }

  /// Whether a row equals a stored example and shows something that was learned, so that hardly another run has it.
  func isSameRun(_ row: Int) -> Bool { groupOfRow[row] != nil && changingRows.contains(row) }

  fileprivate mutating func add(_ ids: [Int64], of rows: [Int]) {
    guard let first = rows.first else { return }
    let known = groupOfRow[first]
    if rows.allSatisfy({ groupOfRow[$0] == known }) {
      if let known {
        groups[known] = (groups[known] + ids).sorted()
      } else {
        for row in rows { groupOfRow[row] = groups.count }
        groups.append(ids)
      }
      return
    }
    // Rows that differ may be equal as Float32: each then has a group of its own.
    for row in rows {
      groups.append(((groupOfRow[row].map { groups[$0] } ?? []) + ids).sorted())
      groupOfRow[row] = groups.count - 1
    }
  }
}

extension RawSpan {
  /// Values of Float64 as Float32.
  func narrowed() -> [Float] { (0..<(byteCount / 8)).map { Float(double($0)) } }

  /// Values of Float64 as Float32; nil where a finite one would be infinite.
  func narrowedIfFinite() -> [Float]? {
    let single = narrowed()
    return single.indices.allSatisfy { single[$0].isFinite || !double($0).isFinite } ? single : nil
  }

  /// Values with one NaN in place of every other, as text spells them.
  fileprivate func withOneNaN<Number: BinaryFloatingPoint & BitwiseCopyable>() -> [Number] {
    (0..<(byteCount / MemoryLayout<Number>.size)).map { index in
      // SAFETY: the load is checked against the bounds, and any bits are a number.
      let number = unsafe unsafeLoadUnaligned(fromByteOffset: index * MemoryLayout<Number>.size, as: Number.self)
      return number.isNaN ? .nan : number
    }
  }

  private func double(_ index: Int) -> Double {
    // SAFETY: the load is checked against the bounds, and any bits are a number.
    unsafe unsafeLoadUnaligned(fromByteOffset: index * 8, as: Double.self)
  }
}
