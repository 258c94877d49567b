// RankedColumns.swift -- columns in which every value is told from every other.

import Base
import CClassifierKernels
import TrajectoryModel

/// Columns of ranks: equal values have one number, others differ, so cuts are exact.
final class RankedColumns: TrainingColumns {
  let rowCount: Int
  let columnCount: Int
  /// As [column][row].
  private let ranks: [UInt32]
  /// For each column the value of each rank.
  private let values: [[Double]]

  /// Ranks every column of some rows.
  init(_ features: borrowing Matrix, rows: [Int32], work: WorkContext) throws(EngramError) {
    rowCount = rows.count
    columnCount = features.columns
    let rowCount = rowCount
    var ranks = [UInt32](repeating: 0, count: rowCount * features.columns)
    let values = ColumnResults<[Double]>(count: features.columns)
    // SAFETY: each column's part of the array is written by one thread, and read when all are done.
    try unsafe ranks.withUnsafeMutableBufferPointer { (buffer) throws(EngramError) in
      guard let base = buffer.baseAddress else { return }
      nonisolated(unsafe) let all = unsafe base
      try unsafe features.sortColumns(rows: rows, work: work) { column, sorted in
        var distinct = [Double](repeating: 0, count: rowCount)
        let count = unsafe engram_rank_sorted(&sorted, all + column * rowCount, &distinct)
        values.set(column, Array(distinct[..<count]))
      }
    }
    self.ranks = ranks
    self.values = values.all
  }

  @unsafe func findCuts(
    _ node: inout engram_node_rows, columns: UnsafePointer<Int32>?, from first: Int, count: Int, memory: CutMemory,
    cuts: UnsafeMutablePointer<engram_cut>
  ) {
    // SAFETY: entries name rows below `rowCount`, columns are below `columnCount`, and the memory was made for both.
    unsafe ranks.withUnsafeBufferPointer { ranks in
      let start = unsafe ranks.baseAddress.map { unsafe $0 + first * rowCount }
      unsafe engram_cuts_exact(start, rowCount, &node, columns, count, memory.words, memory.sides, cuts)
    }
  }

  @unsafe func divide(
    _ entries: UnsafeMutablePointer<UInt64>, count: Int, column: Int, last: UInt32, memory: CutMemory,
    draws: UnsafeMutablePointer<UInt32>, classCount: Int
  ) -> Int {
    // SAFETY: as in `findCuts`.
    unsafe ranks.withUnsafeBufferPointer { ranks in
      guard let ranks = ranks.baseAddress else { return 0 }
      return unsafe engram_divide_32(
        entries, count, ranks + column * rowCount, 1, last, memory.words, draws, classCount)
    }
  }

  func threshold(column: Int, left: Int, right: Int) -> Double {
    Self.between(values[column][left], values[column][right])
  }
}
