// BlockLayout.swift -- the values of a row group in memory, statistic by statistic, and from and to canonical order.

import CCodecKernels
import TrajectoryModel

/// Where the values of a row group lie in memory: one block of `[epoch][example]` per statistic.
///
/// The canonical order is `[example][epoch][statistic]`. Some of the examples can be put in order at a time, so that
/// threads share the work.
package struct BlockLayout: Sendable {
  private let shape: ChunkShape
  private let statisticCount: Int
  /// Elements from one block to the next: a cache line more than a block unless dense, so that blocks do not start at
  /// equal distances from page boundaries and push one another out of the cache.
  private let blockStride: Int

  /// The layout of a row group of chunks of a shape.
  ///
  /// - Parameters:
  ///   - shape: The shape of each.
  ///   - statisticCount: The number of blocks.
  ///   - isDense: Whether the blocks follow one another without gaps.
  package init(_ shape: ChunkShape, statisticCount: Int, isDense: Bool = false) {
    self.shape = shape
    self.statisticCount = statisticCount
    let line = 64 / shape.elementType.byteCount
    blockStride = isDense ? shape.valueCount : (shape.valueCount + line - 1) / line * line + line
  }

  /// Bytes of the blocks of all statistics.
  package var byteCount: Int { offset(of: statisticCount) }

  /// The bytes before the block of a statistic.
  package func offset(of statistic: Int) -> Int { statistic * blockStride * shape.elementType.byteCount }

  /// Canonical values to blocks, for some of the examples.
  ///
  /// - Parameters:
  ///   - values: The canonical values of the row group; they need no alignment.
  ///   - examples: Which of the examples.
  ///   - blocks: The memory of the blocks, ``byteCount`` bytes, aligned to the type.
  @unsafe package func gather(
    _ values: UnsafeRawPointer, examples: Range<Int>, into blocks: UnsafeMutableRawPointer
  ) {
    // SAFETY: the caller's memory holds the whole row group on both sides.
    let bytes = unsafe values.assumingMemoryBound(to: UInt8.self)
    let (first, end, count, epochs) = (examples.lowerBound, examples.upperBound, shape.exampleCount, shape.epochCount)
    switch shape.elementType {
    case .float32:
      let blocks = unsafe blocks.assumingMemoryBound(to: UInt32.self)
      unsafe engram_gather_32(bytes, first, end, count, epochs, statisticCount, blocks, blockStride)
    case .float64:
      let blocks = unsafe blocks.assumingMemoryBound(to: UInt64.self)
      unsafe engram_gather_64(bytes, first, end, count, epochs, statisticCount, blocks, blockStride)
    }
  }

  /// Blocks to canonical values, for some of the examples.
  ///
  /// - Parameters:
  ///   - blocks: The memory of the blocks, as for ``gather(_:examples:into:)``.
  ///   - examples: Which of the examples.
  ///   - values: Room for the canonical values of these examples; they need no alignment.
  @unsafe package func ungather(
    _ blocks: UnsafeRawPointer, examples: Range<Int>, into values: UnsafeMutableRawPointer
  ) {
    // SAFETY: the caller's memory holds the whole row group on one side and these examples on the other.
    let bytes = unsafe values.assumingMemoryBound(to: UInt8.self)
    let (first, end, count, epochs) = (examples.lowerBound, examples.upperBound, shape.exampleCount, shape.epochCount)
    switch shape.elementType {
    case .float32:
      let blocks = unsafe blocks.assumingMemoryBound(to: UInt32.self)
      unsafe engram_ungather_32(blocks, blockStride, first, end, count, epochs, statisticCount, bytes)
    case .float64:
      let blocks = unsafe blocks.assumingMemoryBound(to: UInt64.self)
      unsafe engram_ungather_64(blocks, blockStride, first, end, count, epochs, statisticCount, bytes)
    }
  }
}
