// BinnedColumns.swift -- columns in which values are told apart by one of at most 256 bins.

import Base
import CClassifierKernels
import TrajectoryModel

/// Columns of bins of one byte each, with about as many rows in each bin.
///
/// The rows of a column are neighbours; with `byRow` there is a second copy in which the columns of a row are, for forests
/// that look at all columns of a node.
final class BinnedColumns: TrainingColumns {
  let rowCount: Int
  let columnCount: Int
  /// As [column][row].
  private let byColumn: [UInt8]
  /// As [row][column], rows `rowStride` apart; empty where not asked for.
  private let byRow: [UInt8]
  private let rowStride: Int
  /// For each column the least and greatest value of each bin.
  private let limits: [[(low: Double, high: Double)]]

  /// Nodes with up to this many rows are cut by sorting, as that was the faster way up to its limit.
  private static let mostSorted = Int(ENGRAM_SORTED_LIMIT)

  /// Puts every column of some rows into at most `bins` bins.
  init(_ features: borrowing Matrix, rows: [Int32], bins: Int, byRow: Bool, work: WorkContext) throws(EngramError) {
    rowCount = rows.count
    columnCount = features.columns
    // Kernels read whole lanes, also beyond the last column.
    let lanes = Int(ENGRAM_SORTED_LANES)
    rowStride = (columnCount + lanes - 1) / lanes * lanes
    let (rowCount, columnCount, rowStride) = (rowCount, columnCount, rowStride)
    var byColumn = [UInt8](repeating: 0, count: rowCount * columnCount)
    let limits = ColumnResults<[(low: Double, high: Double)]>(count: columnCount)
    // SAFETY: each column's part of the array is written by one thread, and read when all are done.
    try unsafe byColumn.withUnsafeMutableBufferPointer { (buffer) throws(EngramError) in
      guard let base = buffer.baseAddress else { return }
      nonisolated(unsafe) let all = unsafe base
      try unsafe features.rankColumns(rows: rows, work: work) { column, ranked in
        var (low, high) = ([UInt32](repeating: 0, count: bins), [UInt32](repeating: 0, count: bins))
        var scratch = unsafe [UInt32](repeating: 0, count: 2 * ranked.count)
        let count = unsafe engram_bin_ranks(
          ranked.ranks, rowCount, ranked.count, bins, &scratch, all + column * rowCount, &low, &high)
        limits.set(
          column,
          (0..<count).map { bin in
            unsafe (ranked.distinct[Int(low[bin])], ranked.distinct[Int(high[bin])])
          })
      }
    }
    self.limits = limits.all
    var rowBytes = [UInt8](repeating: 0, count: byRow ? rowCount * rowStride : 0)
    if byRow { unsafe engram_turn_bins(byColumn, rowCount, columnCount, rowStride, &rowBytes) }
    self.byColumn = byColumn
    self.byRow = rowBytes
  }

  @unsafe func findCuts(
    _ node: inout engram_node_rows, columns: UnsafePointer<Int32>?, from first: Int, count: Int, memory: CutMemory,
    cuts: UnsafeMutablePointer<engram_cut>
  ) {
    let usesRows = unsafe columns == nil && !byRow.isEmpty
    let (bins, columnStride, rowStride) = usesRows ? (byRow, 1, rowStride) : (byColumn, rowCount, 1)
    unsafe bins.withUnsafeBufferPointer { bins in
      let bins = unsafe bins.baseAddress.map { unsafe $0 + first * columnStride }
      // SAFETY: entries name rows below `rowCount`, columns are below `columnCount`, and the memory was made for both.
      if unsafe node.count <= Self.mostSorted && memory.weightBits > 0 {
        unsafe engram_cuts_sorted(
          bins, columnStride, rowStride, &node, memory.weightBits, columns, count, memory.keys, cuts)
      } else if unsafe node.class_count > Int(ENGRAM_SORTED_CLASSES) && node.count <= engram_most_listed(&node) {
        unsafe engram_cuts_listed(
          bins, columnStride, rowStride, &node, columns, count, memory.words, memory.sides, cuts)
      } else {
        unsafe engram_cuts_histogram(
          bins, columnStride, rowStride, &node, memory.countBits, columns, count, memory.words, cuts)
      }
    }
  }

  @unsafe func divide(
    _ entries: UnsafeMutablePointer<UInt64>, count: Int, column: Int, last: UInt32, memory: CutMemory,
    draws: UnsafeMutablePointer<UInt32>, classCount: Int
  ) -> Int {
    // SAFETY: as in `findCuts`.
    unsafe engram_divide_8(entries, count, byColumn, column * rowCount, last, memory.words, draws, classCount)
  }

  func threshold(column: Int, _ cut: engram_cut) -> Double {
    Self.between(limits[column][Int(cut.left)].high, limits[column][Int(cut.right)].low)
  }
}
