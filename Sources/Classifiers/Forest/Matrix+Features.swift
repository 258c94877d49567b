// Matrix+Features.swift -- lends a matrix to the kernels of forests.

import Base
import CClassifierKernels
import Synchronization
import TrajectoryModel

extension Matrix {
  /// Columns that are sorted together: sixteen float32 values fill a cache line, so a row-major matrix is read once too.
  private static let blockWidth = 16

  /// Lends the elements to kernels, which may run on several threads; the pointer must not leave the body.
  @unsafe borrowing func withFeatures<R>(_ body: (engram_features) throws(EngramError) -> R) throws(EngramError) -> R {
    let (rowStride, columnStride) = layout == .rowMajor ? (columns, 1) : (1, rows)
    let isFloat64: Int32 = elementType == .float64 ? 1 : 0
    return try unsafe bytes.withUnsafeBytes { (buffer) throws(EngramError) in
      try unsafe body(
        engram_features(
          values: buffer.baseAddress, row_stride: rowStride, column_stride: columnStride, is_float64: isFloat64))
    }
  }

  /// Sorts every column of some rows and calls `body` with each, from several threads.
  ///
  /// - Parameters:
  ///   - rows: The rows, which a column counts from 0 in this order.
  ///   - work: How the work is done.
  ///   - body: Gets a column's number and the column, which is valid during the call.
  /// - Throws: `cancelled`, which is asked before each column.
  @unsafe borrowing func sortColumns(
    rows: [Int32], work: WorkContext, _ body: @Sendable (_ column: Int, _ sorted: inout engram_sorted_column) -> Void
  ) throws(EngramError) {
    let columnCount = columns
    let blocks = (columnCount + Self.blockWidth - 1) / Self.blockWidth
    try unsafe withFeatures { (features) throws(EngramError) in
      nonisolated(unsafe) let features = unsafe features
      try parallelFor(count: blocks, work: work) { (block, _) throws(EngramError) in
        let first = block * Self.blockWidth
        let width = min(Self.blockWidth, columnCount - first)
        let count = rows.count
        // SAFETY: rows and columns are inside the matrix; every block is as large as the kernels ask, and freed at the end.
        let values = UnsafeMutablePointer<Double>.allocate(capacity: count * width)
        let scratch = UnsafeMutablePointer<UInt64>.allocate(capacity: 2 * count)
        defer {
          unsafe values.deallocate()
          unsafe scratch.deallocate()
        }
        try unsafe withUnsafePointer(to: features) { (features) throws(EngramError) in
          unsafe engram_take_columns(features, first, width, rows, count, values)
          for j in 0..<width {
            try work.checkCancelled()
            var sorted = unsafe engram_sorted_column()
            unsafe engram_sort_column(features, values, j, count, scratch, &sorted)
            unsafe body(first + j, &sorted)
          }
        }
      }
    }
  }
}

/// A result for each column, set by any thread.
final class ColumnResults<Result: Sendable>: Sendable {
  private let results: Mutex<[Result?]>

  /// Room for `count` results.
  init(count: Int) { results = Mutex(Array(repeating: nil, count: count)) }

  /// Sets the result of a column.
  func set(_ column: Int, _ result: Result) { results.withLock { $0[column] = result } }

  /// The results of all columns, each of which was set.
  var all: [Result] { results.withLock { $0.compactMap { $0 } } }
}
