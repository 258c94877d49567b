// LostValues.swift -- values that are stored and become NaN, because an input that corrects them has none in their place.

import Base
import TrajectoryModel
import TrajectoryStore

/// Values of an input that are NaN, or were not given, where it takes the place of stored examples.
struct LostValues {
  /// The values of one example.
  private struct Gaps {
    /// The part of the input.
    let part: Int
    /// The values, counted through [epoch][statistic].
    let places: [Int]
  }

  private let parts: [IngestPlan.Part]
  private var gaps: [Int64: Gaps] = [:]

  /// Looks for them.
  ///
  /// - Parameters:
  ///   - plan: The input.
  ///   - replaced: The stored examples that rows of the input take the place of, by row.
  ///   - options: How the work is done.
  /// - Throws: What reading the input throws.
  init(_ plan: IngestPlan, replacing replaced: [Int: Int64], _ options: IngestOptions) throws(EngramError) {
    /// Examples that are read at a time.
    let examplesAtATime = 256
    parts = plan.parts
    if replaced.isEmpty { return }
    var (row, gaps) = (0, [Int64: Gaps]())
    for (index, part) in parts.enumerated() {
      let (type, size) = (part.blocks.elementType, part.blocks.bytesPerExample)
      try Ingest.stream(part.blocks, rowGroupSize: examplesAtATime, options: options, done: 0, of: 0) {
        (values, count) in
        for example in 0..<count {
          defer { row += 1 }
          guard let id = replaced[row] else { continue }
          let places = values.extracting((example * size)..<((example + 1) * size)).placesOfNaN(type)
          if !places.isEmpty { gaps[id] = Gaps(part: index, places: places) }
        }
      }
    }
    self.gaps = gaps
  }

  /// Counts those that are numbers in the store.
  ///
  /// - Throws: What reading the store throws.
  func count(in snapshot: Snapshot, work: WorkContext) throws(EngramError) -> Int {
    /// Examples that are read at a time, a few MiB of values.
    let examplesAtATime = 1_024
    var count = 0
    for known in snapshot.recorded(ExampleSet(gaps.keys.sorted().map { $0..<($0 + 1) })) {
      let epochs = Dictionary(uniqueKeysWithValues: known.columns.epochs.enumerated().map { ($1, $0) })
      let statistics = Dictionary(uniqueKeysWithValues: known.columns.statistics.enumerated().map { ($1, $0) })
      let size = known.columns.count * known.elementType.byteCount
      var values = Matrix(elementType: known.elementType)
      for block in known.examples.parts(of: examplesAtATime) {
        try snapshot.materialize(block, known.columns, into: &values, work: work)
        for (row, id) in block.ids.enumerated() {
          guard let gap = gaps[id] else { continue }
          let part = parts[gap.part]
          let missing = Set(values.bytes.extracting((row * size)..<((row + 1) * size)).placesOfNaN(known.elementType))
          count += gap.places.count { place in
            guard let epoch = epochs[part.epochs[place / part.statistics.count]],
              let statistic = statistics[part.statistics[place % part.statistics.count]]
            else { return false }
            return !missing.contains(epoch * known.columns.statistics.count + statistic)
          }
        }
      }
    }
    return count
  }
}

extension RawSpan {
  /// Which of the values are NaN.
  fileprivate func placesOfNaN(_ type: ElementType) -> [Int] {
    (0..<(byteCount / type.byteCount)).filter { index in
      // SAFETY: the loads are checked against the bounds, and any bits are a number.
      type == .float32
        ? unsafe unsafeLoadUnaligned(fromByteOffset: index * 4, as: Float.self).isNaN
        : unsafe unsafeLoadUnaligned(fromByteOffset: index * 8, as: Double.self).isNaN
    }
  }
}
