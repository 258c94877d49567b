// RowGroupDecoder.swift -- some statistics of a row group, each decoded once, after what it depends on.

package import Base
package import ColumnCodec

/// Decodes statistics of one row group after another, each after what it depends on.
///
/// A statistic that is stored by its difference from others needs those first. Each chunk is decoded once, and its
/// memory serves the next one as soon as nothing needs it any more, so that what is at work stays in the cache. One
/// thread uses it at a time.
@safe package final class RowGroupDecoder {
  /// Statistics that one can depend on by way of others; more is a cycle or a file that means harm.
  static let dependencyDepth = 8

  /// A chunk to decode.
  private struct Step {
    let statistic: Int
    let entry: ChunkEntry
    let dependencies: [Int]
  }

  private let decoder = ChunkDecoder()
  private var freeBlocks: [ChunkBlock] = []

  // For each statistic of the segment, while a row group is decoded:
  /// The chunks that still need it.
  private var uses: [Int] = []
  /// Its values, while somebody needs them.
  private var blocks: [ChunkBlock?] = []
  private var isPlanned: [Bool] = []
  /// Its place among what is asked for, or -1.
  private var places: [Int] = []
  private var steps: [Step] = []

  /// Makes a decoder.
  package init() {}

  /// Decodes some statistics and hands each out.
  ///
  /// - Parameters:
  ///   - segment: The segment.
  ///   - rowGroup: The row group.
  ///   - statistics: Indices of statistics on the segment's axis, each at most once; nil is passed over.
  ///   - window: What of each chunk is wanted; all of it when nil.
  ///   - body: Gets the place in `statistics` and the values, which are the body's until it returns.
  /// - Throws: `corrupt`, or what the body throws.
  package func decode(
    _ segment: SegmentReader, rowGroup: Int, statistics: [Int?], window: ChunkWindow? = nil,
    _ body: (_ place: Int, _ block: ChunkBlock) throws(EngramError) -> Void
  ) throws(EngramError) {
    begin(segment.schema.statistics.count)
    for (place, statistic) in statistics.enumerated() {
      guard let statistic else { continue }
      precondition(places[statistic] < 0, "a statistic is asked for once")
      places[statistic] = place
      try plan(statistic, of: segment, rowGroup: rowGroup, depth: 0)
    }
    for step in steps {
      let block = freeBlocks.popLast() ?? ChunkBlock()
      blocks[step.statistic] = block
      try segment.decode(
        step.entry, rowGroup: rowGroup, statistic: step.statistic, window: window,
        operands: step.dependencies.compactMap { blocks[$0] }, into: block, with: decoder)
      if places[step.statistic] >= 0 { try body(places[step.statistic], block) }
      for statistic in step.dependencies {
        uses[statistic] -= 1
        release(statistic)
      }
      release(step.statistic)
    }
  }

  /// Forgets the row group before; the memory is used again.
  private func begin(_ statisticCount: Int) {
    steps.removeAll(keepingCapacity: true)
    for block in blocks { if let block { freeBlocks.append(block) } }
    blocks.removeAll(keepingCapacity: true)
    blocks.append(contentsOf: repeatElement(nil, count: statisticCount))
    uses.removeAll(keepingCapacity: true)
    uses.append(contentsOf: repeatElement(0, count: statisticCount))
    isPlanned.removeAll(keepingCapacity: true)
    isPlanned.append(contentsOf: repeatElement(false, count: statisticCount))
    places.removeAll(keepingCapacity: true)
    places.append(contentsOf: repeatElement(-1, count: statisticCount))
  }

  /// Adds a statistic to the steps, after everything that it depends on.
  private func plan(
    _ statistic: Int, of segment: SegmentReader, rowGroup: Int, depth: Int
  ) throws(EngramError) {
    if isPlanned[statistic] { return }
    guard depth <= Self.dependencyDepth else {
      throw segment.corruptDependencies(rowGroup: rowGroup, statistic: statistic)
    }
    let entry = segment.entry(rowGroup: rowGroup, statistic: statistic)
    let dependencies = entry.storage.dependencies
    for other in dependencies {
      try plan(other, of: segment, rowGroup: rowGroup, depth: depth + 1)
      uses[other] += 1
    }
    isPlanned[statistic] = true
    steps.append(Step(statistic: statistic, entry: entry, dependencies: dependencies))
  }

  /// Takes the memory of a statistic back once nothing needs it.
  private func release(_ statistic: Int) {
    guard uses[statistic] == 0, let block = blocks[statistic] else { return }
    blocks[statistic] = nil
    freeBlocks.append(block)
  }
}

extension SegmentReader {
  /// How many chunks of a row group are decoded for some statistics: theirs, and those that they are predicted from.
  package func chunkCount(toDecode statistics: [Int?], rowGroup: Int) -> Int {
    var isNeeded = Array(repeating: false, count: schema.statistics.count)
    var next = statistics.compactMap { $0 }
    var count = 0
    while let statistic = next.popLast() {
      if isNeeded[statistic] { continue }
      isNeeded[statistic] = true
      count += 1
      next += storage(rowGroup: rowGroup, statistic: statistic).dependencies
    }
    return count
  }
}
