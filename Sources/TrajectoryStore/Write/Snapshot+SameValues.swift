// Snapshot+SameValues.swift -- which examples of two stores have the same values, bit for bit.

import Base
import Glibc
import TrajectoryModel

extension Snapshot {
  /// About as many examples are in memory of each store while values are compared, and no more of them than take so many bytes.
  private static let examplesCompared: Int64 = 4_096
  private static let bytesCompared = 128 << 20

  /// Finds examples that have other values than examples of another snapshot, or were recorded at other epochs or statistics.
  ///
  /// - Parameters:
  ///   - examples: Examples of this snapshot.
  ///   - other: The other snapshot.
  ///   - start: The first of its examples to compare with.
  ///   - work: Threads and cancellation.
  /// - Returns: The examples of this snapshot that differ.
  /// - Throws: What reading throws.
  func differing(
    _ examples: Range<Int64>, from other: Snapshot, startingAt start: Int64, work: WorkContext
  ) throws(EngramError) -> ExampleSet {
    var found: [Range<Int64>] = []
    let shift = start - examples.lowerBound
    // Each part is one range, as the examples are.
    var ownParts = recorded(ExampleSet(examples))[...]
    var theirParts = other.recorded(ExampleSet(start..<(examples.upperBound + shift)))[...]
    var first = examples.lowerBound
    while first < examples.upperBound {
      while let part = ownParts.first, part.examples.ranges[0].upperBound <= first { ownParts.removeFirst() }
      while let part = theirParts.first, part.examples.ranges[0].upperBound <= first + shift {
        theirParts.removeFirst()
      }
      guard let own = ownParts.first, let their = theirParts.first, own.examples.ranges[0].lowerBound <= first,
        their.examples.ranges[0].lowerBound <= first + shift
      else {
        found.append(first..<examples.upperBound)
        break
      }
      let byteCount = own.columns.count * own.elementType.byteCount
      let most = max(1, min(Self.examplesCompared, Int64(Self.bytesCompared / max(1, byteCount))))
      let end = min(own.examples.ranges[0].upperBound, their.examples.ranges[0].upperBound - shift, first + most)
      let part = first..<end
      if own.columns.epochs == their.columns.epochs, own.columns.statistics == their.columns.statistics,
        own.elementType == their.elementType
      {
        found += try differing(part, from: other, shift, own, work)
      } else {
        found.append(part)
      }
      first = end
    }
    return ExampleSet(found)
  }

  /// Compares examples that were recorded alike.
  private func differing(
    _ examples: Range<Int64>, from other: Snapshot, _ shift: Int64, _ recorded: RecordedExamples, _ work: WorkContext
  ) throws(EngramError) -> [Range<Int64>] {
    var own = Matrix(elementType: recorded.elementType)
    var theirs = Matrix(elementType: recorded.elementType)
    try materialize(ExampleSet(examples), recorded.columns, into: &own, work: work)
    try other.materialize(
      ExampleSet((examples.lowerBound + shift)..<(examples.upperBound + shift)), recorded.columns, into: &theirs,
      work: work)
    let size = recorded.columns.count * recorded.elementType.byteCount
    // SAFETY: both matrices have rows of so many bytes, one for each example, and are lent while they are compared.
    let ids = unsafe own.bytes.withUnsafeBytes { first -> [Int64] in
      unsafe theirs.bytes.withUnsafeBytes { second -> [Int64] in
        guard let first = first.baseAddress, let second = second.baseAddress,
          unsafe memcmp(first, second, examples.count * size) != 0
        else { return [] }
        return examples.filter { example in
          let place = Int(example - examples.lowerBound) * size
          return unsafe memcmp(first + place, second + place, size) != 0
        }
      }
    }
    return ids.map { $0..<($0 + 1) }
  }
}
