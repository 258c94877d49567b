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
    let storage: ChunkStorage
  }

  private let decoder = ChunkDecoder()
  private var freeBlocks: [ChunkBlock] = []

  // For each statistic of the segment, while a row group is decoded:
  /// The chunks that still need it.
  private var uses: [Int] = []
  /// Its values, while somebody needs them.
  private var blocks: [ChunkBlock?] = []
  private var isPlanned: [Bool] = []
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
    let count = segment.schema.statistics.count
    uses = Array(repeating: 0, count: count)
    isPlanned = Array(repeating: false, count: count)
    blocks = Array(repeating: nil, count: count)
    steps.removeAll(keepingCapacity: true)
    var places = Array(repeating: -1, count: count)
    for (place, statistic) in statistics.enumerated() {
      guard let statistic else { continue }
      precondition(places[statistic] < 0, "a statistic is asked for once")
      places[statistic] = place
      try plan(statistic, of: segment, rowGroup: rowGroup, depth: 0)
    }
    defer {
      for block in blocks { if let block { freeBlocks.append(block) } }
      blocks.removeAll(keepingCapacity: true)
    }
    for step in steps {
      let block = freeBlocks.popLast() ?? ChunkBlock()
      blocks[step.statistic] = block
      let dependencies = step.storage.dependencies
      try segment.decode(
        rowGroup: rowGroup, statistic: step.statistic, window: window, operands: dependencies.compactMap { blocks[$0] },
        into: block, with: decoder)
      if places[step.statistic] >= 0 { try body(places[step.statistic], block) }
      for statistic in dependencies {
        uses[statistic] -= 1
        release(statistic)
      }
      release(step.statistic)
    }
  }

  /// Adds a statistic to the steps, after everything that it depends on.
  private func plan(
    _ statistic: Int, of segment: SegmentReader, rowGroup: Int, depth: Int
  ) throws(EngramError) {
    if isPlanned[statistic] { return }
    guard depth <= Self.dependencyDepth else {
      throw segment.corruptDependencies(rowGroup: rowGroup, statistic: statistic)
    }
    let storage = segment.storage(rowGroup: rowGroup, statistic: statistic)
    for other in storage.dependencies {
      try plan(other, of: segment, rowGroup: rowGroup, depth: depth + 1)
      uses[other] += 1
    }
    isPlanned[statistic] = true
    steps.append(Step(statistic: statistic, storage: storage))
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
