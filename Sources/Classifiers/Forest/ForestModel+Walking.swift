// ForestModel+Walking.swift -- lends a forest and blocks of rows to the kernels that lead rows through trees.

import Base
import CClassifierKernels
import Synchronization
import TrajectoryModel

extension ForestModel {
  /// Columns that are copied as fast as a row walks through one tree in a row-major matrix rather than a column-major one.
  private static let columnsPerTree = 128
  /// The bytes of a block of copied rows where there are many columns, and the most.
  private static let (fewRows, mostBytes) = (64, 1 << 24)

  /// Calls `body` for blocks of rows from several threads, in a matrix in which the values of a row are next to one another.
  ///
  /// In a column-major matrix each value that a row meets is in another page, so its rows are copied first where they walk through
  /// enough trees.
  ///
  /// - Parameters:
  ///   - features: The matrix, which was checked.
  ///   - rows: Rows of it.
  ///   - trees: Through how many trees they walk.
  ///   - work: How the work is done.
  ///   - body: Gets the forest, a matrix, the rows there, the place of the first in `rows`, a multiple of 64, and how many they are.
  /// - Throws: `invalidData` when a value of these rows is not finite; `cancelled`, which is asked before each block.
  @unsafe func forEachRowMajorBlock(
    _ features: borrowing Matrix, rows: [Int32], trees: Int, work: WorkContext,
    _ body:
      @Sendable (UnsafePointer<engram_forest>, UnsafePointer<engram_features>, UnsafePointer<Int32>, Int, Int) ->
      Void
  ) throws(EngramError) {
    let columnCount = columnCount
    let rowBytes = columnCount * (features.elementType == .float64 ? 8 : 4)
    let copies =
      features.layout == .columnMajor && columnCount <= Self.columnsPerTree * trees
      && rowBytes * Self.fewRows <= Self.mostBytes
    let size = copies && rowBytes * Int(ENGRAM_WALK_BLOCK) > Self.mostBytes ? Self.fewRows : Int(ENGRAM_WALK_BLOCK)
    let places = (0..<Int32(size)).map { $0 }
    let isFinite = Atomic<Bool>(true)
    // A block is looked through just before its rows walk, which brings them into the cache.
    @Sendable func walk(
      _ forest: UnsafePointer<engram_forest>, _ features: UnsafePointer<engram_features>, _ rows: UnsafePointer<Int32>,
      _ first: Int, _ count: Int
    ) {
      if unsafe engram_forest_rows_are_finite(features, rows, count, columnCount) == 0 {
        isFinite.store(false, ordering: .relaxed)
      }
      unsafe body(forest, features, rows, first, count)
    }
    try unsafe forEachBlock(of: size, features, count: rows.count, work: work) { forest, features, block in
      unsafe rows.withUnsafeBufferPointer { rows in
        guard let base = rows.baseAddress else { return }
        let (own, first, count) = unsafe (base + block.lowerBound, block.lowerBound, block.count)
        if !copies { return unsafe walk(forest, features, own, first, count) }
        unsafe withUnsafeTemporaryAllocation(byteCount: count * rowBytes, alignment: 64) { copy in
          unsafe engram_forest_take_rows(features, own, count, columnCount, copy.baseAddress)
          var copied = unsafe features.pointee
          unsafe copied.values = UnsafeRawPointer(copy.baseAddress)
          unsafe (copied.row_stride, copied.column_stride) = (columnCount, 1)
          unsafe walk(forest, &copied, places, first, count)
        }
      }
    }
    if !isFinite.load(ordering: .relaxed) { try features.requireFinite(rows: rows) }
  }

  /// Calls `body` for blocks of rows, of which there are `count`, from several threads: the forest, the matrix and the block.
  @unsafe func forEachBlock(
    of size: Int = Int(ENGRAM_WALK_BLOCK), _ features: borrowing Matrix, count: Int, work: WorkContext,
    _ body: @Sendable (UnsafePointer<engram_forest>, UnsafePointer<engram_features>, Range<Int>) -> Void
  ) throws(EngramError) {
    try unsafe withForest { (forest) throws(EngramError) in
      nonisolated(unsafe) let forest = unsafe forest
      try unsafe features.withFeatures { (features) throws(EngramError) in
        nonisolated(unsafe) let features = unsafe features
        try parallelFor(count: (count + size - 1) / size, work: work) { (block, _) throws(EngramError) in
          unsafe withUnsafePointer(to: features) { features in
            unsafe body(forest, features, (block * size)..<min(count, (block + 1) * size))
          }
        }
      }
    }
  }

  /// Lends the forest to kernels, which may run on several threads; the pointer must not leave the body.
  @unsafe func withForest<R>(
    _ body: (UnsafePointer<engram_forest>) throws(EngramError) -> R
  ) throws(EngramError) -> R {
    let classCount = classCount
    let featureBits = featureBits
    return try unsafe nodes.withUnsafeBufferPointer { (nodes) throws(EngramError) in
      try unsafe starts.withUnsafeBufferPointer { (starts) throws(EngramError) in
        try unsafe distributions.withUnsafeBufferPointer { (distributions) throws(EngramError) in
          try unsafe packed.withUnsafeBufferPointer { (packed) throws(EngramError) in
            let forest = unsafe engram_forest(
              nodes: nodes.baseAddress, starts: starts.baseAddress, distributions: distributions.baseAddress,
              class_count: classCount, packed: featureBits > 0 ? packed.baseAddress : nil, feature_bits: featureBits)
            return try unsafe withUnsafePointer(to: forest) { (forest) throws(EngramError) in try unsafe body(forest) }
          }
        }
      }
    }
  }
}
