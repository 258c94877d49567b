// ColumnStandardization.swift -- z-scores of columns with the statistics of one matrix, as the published featurewise_norm.

package import Base
import CMatrixKernels
package import TrajectoryModel

/// The mean and the scale of each column of a matrix, to be applied to it and to others.
///
/// The mean is the sum of a column from its first row to its last, divided by the number of rows; the standard
/// deviation is the root of the sum, in the same order, of the squared differences from it, divided by the same number
/// (NumPy's population standard deviation); the scale is that or 1e-5 where that is less. All is Float64 whatever the
/// type of the matrix, and no column knows of another, so the bits are the same for any number of threads, and for a
/// row-major Float64 matrix those of NumPy's `mean(0)` and `std(0)`.
package struct ColumnStandardization: Sendable, Hashable {
  /// The least scale, which keeps constant columns finite; the published constant.
  package static let leastScale = 1e-5
  /// Columns of a column-major matrix that a thread handles at a time.
  ///
  /// Of a row-major one each thread has a part of every
  /// row, as wide as can be, because memory is fastest along rows.
  private static let blockSize = 64

  /// The first column; those before it stay as they are.
  package let firstColumn: Int
  /// The mean of each column from ``firstColumn`` on.
  package let means: [Double]
  /// What each difference from the mean is divided by.
  package let scales: [Double]

  /// Statistics that were taken before.
  ///
  /// - Precondition: There are as many scales as means.
  package init(firstColumn: Int, means: [Double], scales: [Double]) {
    precondition(means.count == scales.count, "every column has a mean and a scale")
    self.firstColumn = firstColumn
    self.means = means
    self.scales = scales
  }

  /// Takes the statistics of a matrix of at least one row; without rows there is nothing to take, and they are NaN.
  package init(of matrix: borrowing Matrix, from firstColumn: Int, _ options: MaterializeOptions) throws(EngramError) {
    self.firstColumn = firstColumn
    let rows = matrix.rows
    let count = matrix.columns - firstColumn
    guard rows > 0 else {
      means = [Double](repeating: .nan, count: count)
      scales = means
      return
    }
    let sums = try Self.sums(of: matrix, from: firstColumn, around: nil, options)
    let means = sums.map { $0 / Double(rows) }
    self.means = means
    scales = try Self.sums(of: matrix, from: firstColumn, around: means, options).map { sum in
      let deviation = (sum / Double(rows)).squareRoot()
      // A NaN is neither less nor more and stays.
      return deviation < Self.leastScale ? Self.leastScale : deviation
    }
  }

  private static func sums(
    of matrix: borrowing Matrix, from firstColumn: Int, around means: [Double]?, _ options: MaterializeOptions
  ) throws(EngramError) -> [Double] {
    let count = matrix.columns - firstColumn
    let (rows, type, layout) = (matrix.rows, matrix.elementType, matrix.layout)
    let (rowStride, columnStride) = matrix.layout == .rowMajor ? (matrix.columns, 1) : (1, matrix.rows)
    var sums = [Double](repeating: 0, count: count)
    // SAFETY: the matrix and both lists outlive the loop, whose threads write sums of different columns.
    let values = unsafe matrix.bytes.withUnsafeBytes {
      unsafe Block(base: UnsafeMutableRawPointer(mutating: $0.baseAddress))
    }
    var failure: EngramError?
    unsafe sums.withUnsafeMutableBytes { sumBytes in
      let target = unsafe Block(base: sumBytes.baseAddress)
      do throws(EngramError) {
        try forEachBlock(of: count, in: layout, options) { columns in
          guard let base = unsafe values.base, let sumBase = unsafe target.base else { return }
          let offset = (firstColumn + columns.lowerBound) * columnStride
          let sums = unsafe sumBase.assumingMemoryBound(to: Double.self) + columns.lowerBound
          let means = means.map { Array($0[columns]) }
          unsafe (means ?? []).withUnsafeBufferPointer { around in
            let around = means == nil ? nil : around.baseAddress
            if type == .float32 {
              unsafe engram_column_sums_32(
                base.assumingMemoryBound(to: Float.self) + offset, rows, rowStride, columnStride, columns.count, around,
                sums)
            } else {
              unsafe engram_column_sums_64(
                base.assumingMemoryBound(to: Double.self) + offset, rows, rowStride, columnStride, columns.count,
                around,
                sums)
            }
          }
        }
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return sums
  }

  /// Replaces every value x of a column by (x - mean) / scale, rounded to the type of the matrix.
  package func apply(to matrix: inout Matrix, _ options: MaterializeOptions) throws(EngramError) {
    let (rows, type, layout, firstColumn) = (matrix.rows, matrix.elementType, matrix.layout, firstColumn)
    let (rowStride, columnStride) = matrix.layout == .rowMajor ? (matrix.columns, 1) : (1, matrix.rows)
    let (means, scales) = (means, scales)
    try unsafe matrix.withMutableBytes { (block) throws(EngramError) in
      // SAFETY: the block outlives the loop, whose threads write different columns.
      let values = unsafe Block(base: block.baseAddress)
      try Self.forEachBlock(of: means.count, in: layout, options) { columns in
        guard let base = unsafe values.base else { return }
        let offset = (firstColumn + columns.lowerBound) * columnStride
        unsafe Array(means[columns]).withUnsafeBufferPointer { means in
          unsafe Array(scales[columns]).withUnsafeBufferPointer { scales in
            if type == .float32 {
              unsafe engram_standardize_32(
                base.assumingMemoryBound(to: Float.self) + offset, rows, rowStride, columnStride, columns.count,
                means.baseAddress, scales.baseAddress)
            } else {
              unsafe engram_standardize_64(
                base.assumingMemoryBound(to: Double.self) + offset, rows, rowStride, columnStride, columns.count,
                means.baseAddress, scales.baseAddress)
            }
          }
        }
      }
    }
  }

  private static func forEachBlock(
    of count: Int, in layout: MatrixLayout, _ options: MaterializeOptions, _ body: @Sendable (Range<Int>) -> Void
  ) throws(EngramError) {
    let part = (count + max(1, options.threads) - 1) / max(1, options.threads)
    let blockSize = layout == .rowMajor ? max(Self.blockSize, part) : Self.blockSize
    try parallelFor(count: (count + blockSize - 1) / blockSize, threads: options.threads) {
      (block, _) throws(EngramError) in
      if options.isCancelled() { throw EngramError(.cancelled, "reading was stopped") }
      body((block * blockSize)..<min(count, (block + 1) * blockSize))
    }
  }

  /// The start of a block of memory, handed to the threads of one loop.
  @safe private struct Block: @unchecked Sendable {
    // SAFETY of @unchecked: threads touch different columns of it.
    let base: UnsafeMutableRawPointer?
  }
}
