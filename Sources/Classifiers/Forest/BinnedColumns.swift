// BinnedColumns.swift -- columns in which values are told apart by one of at most 256 bins.

import Base
import CClassifierKernels
import TrajectoryModel

/// Columns of bins of one byte each, with about as many rows in each bin.
///
/// There are two copies. Where the rows of a column are neighbours, a node of many rows finds several in each line of memory; where the
/// columns of a row are, a node of few rows does, and so does one that looks at all columns.
final class BinnedColumns: TrainingColumns {
  let rowCount: Int
  let columnCount: Int
  /// As [column][row].
  private let byColumn: LargeBytes
  /// As [row][column], rows `rowStride` apart.
  private let byRow: LargeBytes
  private let rowStride: Int
  /// For each column the least and greatest value of each bin, one column after the other, and where each begins.
  private let limits: [(low: Double, high: Double)]
  private let firstLimits: [Int]

  /// Nodes with up to this many rows are cut by sorting, as that was the faster way up to its limit.
  private static let mostSorted = Int(ENGRAM_SORTED_LIMIT)
  /// Rows that are turned at a time.
  private static let turnedTogether = 512

  /// Puts every column of some rows into at most `bins` bins.
  init(_ features: borrowing Matrix, rows: [Int32], bins: Int, work: WorkContext) throws(EngramError) {
    rowCount = rows.count
    columnCount = features.columns
    // Kernels read whole lines, also beyond the last column.
    let line = Int(ENGRAM_ROW_ALIGNMENT)
    rowStride = (columnCount + line - 1) / line * line
    let (rowCount, columnCount, rowStride) = (rowCount, columnCount, rowStride)
    let byColumn = try LargeBytes(rowCount * columnCount, what: "the columns of a forest")
    let byRow = try LargeBytes(rowCount * rowStride, what: "the columns of a forest")
    let limits = ColumnResults<[(low: Double, high: Double)]>(count: columnCount)
    // SAFETY: each column's part of the bytes is written by one thread, and read when all are done.
    try unsafe features.sortColumns(rows: rows, work: work) { column, sorted in
      var (low, high) = ([Double](repeating: 0, count: bins), [Double](repeating: 0, count: bins))
      let count = unsafe engram_bin_sorted(&sorted, bins, byColumn.start + column * rowCount, &low, &high)
      limits.set(column, (0..<count).map { bin in (low[bin], high[bin]) })
    }
    let ofColumns = limits.all
    self.limits = ofColumns.flatMap { $0 }
    firstLimits = ofColumns.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
    // SAFETY: each block's part of the bytes is written by one thread.
    let blocks = (rowCount + Self.turnedTogether - 1) / Self.turnedTogether
    try parallelFor(count: blocks, work: work) { (block, _) throws(EngramError) in
      let first = block * Self.turnedTogether
      unsafe engram_turn_bins(
        byColumn.start + first, min(Self.turnedTogether, rowCount - first), rowCount, columnCount, rowStride,
        byRow.start + first * rowStride)
    }
    self.byColumn = byColumn
    self.byRow = byRow
  }

  @unsafe func findCuts(
    _ node: inout engram_node_rows, columns: UnsafePointer<Int32>?, from first: Int, count: Int, memory: CutMemory,
    cuts: UnsafeMutablePointer<engram_cut>
  ) {
    let isSorted = unsafe node.count <= Self.mostSorted && node.weight_bits > 0
    let usesRows = unsafe columns == nil || isSorted
    let (columnStride, rowStride) = usesRows ? (1, rowStride) : (rowCount, 1)
    // SAFETY: entries name rows below `rowCount`, columns are below `columnCount`, and the memory was made for both.
    let bins = unsafe (usesRows ? byRow : byColumn).start + first * columnStride
    if isSorted {
      unsafe engram_cuts_sorted(bins, rowStride, &node, columns, count, memory.keys, cuts)
    } else if unsafe node.class_count > Int(ENGRAM_SORTED_CLASSES) && node.count <= engram_most_listed(&node) {
      unsafe engram_cuts_listed(
        bins, columnStride, rowStride, &node, columns, count, memory.words, memory.sides, cuts)
    } else {
      unsafe engram_cuts_histogram(
        bins, columnStride, rowStride, &node, memory.countBits, columns, count, memory.words, cuts)
    }
  }

  @unsafe func divide(
    _ entries: UnsafeMutablePointer<UInt64>, count: Int, column: Int, last: UInt32, memory: CutMemory,
    draws: UnsafeMutablePointer<UInt32>, classCount: Int
  ) -> Int {
    // Few rows were read row by row a moment ago, when their cut was found.
    let usesRows = count <= Self.mostSorted
    let bins = unsafe usesRows ? byRow.start + column : byColumn.start + column * rowCount
    // SAFETY: as in `findCuts`.
    return unsafe engram_divide_8(
      entries, count, bins, usesRows ? rowStride : 1, last, memory.words, draws, classCount)
  }

  func threshold(column: Int, left: Int, right: Int) -> Double {
    let first = firstLimits[column]
    return Self.between(limits[first + left].high, limits[first + right].low)
  }
}
