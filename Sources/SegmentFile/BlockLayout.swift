// BlockLayout.swift -- the values of a row group, statistic by statistic, in memory.

import CCodecKernels
import ColumnCodec
import TrajectoryModel

/// The values of a row group in memory: one block of `[epoch][example]` per statistic.
enum BlockLayout {
  /// Elements from one block to the next: a cache line more than a block, so that blocks do not start at equal distances
  /// from page boundaries and push one another out of the cache.
  static func stride(_ shape: ChunkShape) -> Int {
    let line = 64 / shape.elementType.byteCount
    return (shape.valueCount + line - 1) / line * line + line
  }

  /// Canonical values to blocks, for some of the examples.
  @unsafe static func gather(
    _ values: UnsafeRawPointer, examples: Range<Int>, shape: ChunkShape, statisticCount: Int,
    into blocks: UnsafeMutableRawPointer
  ) {
    // SAFETY: the caller's memory holds the whole row group on both sides.
    let bytes = unsafe values.assumingMemoryBound(to: UInt8.self)
    if shape.elementType == .float32 {
      unsafe engram_gather_32(
        bytes, examples.lowerBound, examples.upperBound, shape.exampleCount, shape.epochCount, statisticCount,
        blocks.assumingMemoryBound(to: UInt32.self), stride(shape))
    } else {
      unsafe engram_gather_64(
        bytes, examples.lowerBound, examples.upperBound, shape.exampleCount, shape.epochCount, statisticCount,
        blocks.assumingMemoryBound(to: UInt64.self), stride(shape))
    }
  }

  /// Blocks to canonical values, for some of the examples.
  @unsafe static func ungather(
    _ blocks: UnsafeRawPointer, examples: Range<Int>, shape: ChunkShape, statisticCount: Int,
    into values: UnsafeMutableRawPointer
  ) {
    // SAFETY: the caller's memory holds the whole row group on both sides.
    let bytes = unsafe values.assumingMemoryBound(to: UInt8.self)
    if shape.elementType == .float32 {
      unsafe engram_ungather_32(
        blocks.assumingMemoryBound(to: UInt32.self), stride(shape), examples.lowerBound, examples.upperBound,
        shape.exampleCount, shape.epochCount, statisticCount, bytes)
    } else {
      unsafe engram_ungather_64(
        blocks.assumingMemoryBound(to: UInt64.self), stride(shape), examples.lowerBound, examples.upperBound,
        shape.exampleCount, shape.epochCount, statisticCount, bytes)
    }
  }
}

/// Memory of which each iteration of a parallel loop uses its own part.
struct ParallelMemory<Value>: @unchecked Sendable {
  /// The memory; whoever uses it says why no two threads touch the same part.
  let value: Value

  init(_ value: Value) { self.value = value }
}
