// Standardization.swift -- z-scores of columns by the statistics of some rows, as the published featurewise_norm.

package import Base
import CMatrixKernels

/// The mean and the scale of each column of a matrix, to be applied to it and to others.
///
/// The mean is the sum of a column from its first row to its last, divided by the number of rows; the standard
/// deviation is the root of the sum, in the same order, of the squared differences from it, divided by the same number
/// (NumPy's population standard deviation); the scale is that or 1e-5 where that is less. All is Float64 whatever the
/// type of the matrix, and no column knows of another, so the bits are the same for any number of threads, and for a
/// row-major Float64 matrix those of NumPy's `mean(0)` and `std(0)`.
package struct Standardization: Sendable, Hashable {
  /// The least scale, which keeps constant columns finite; the published constant.
  package static let leastScale = 1e-5
  /// Columns of a column-major matrix that a thread handles at a time.
  ///
  /// Of a row-major one each thread has a part of every row, as wide as can be, because memory is fastest along rows.
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
  package init(firstColumn: Int = 0, means: [Double], scales: [Double]) {
    precondition(means.count == scales.count, "every column has a mean and a scale")
    self.firstColumn = firstColumn
    self.means = means
    self.scales = scales
  }

  /// Takes the statistics of rows of a matrix; without rows there is nothing to take, and they are NaN.
  ///
  /// - Parameters:
  ///   - matrix: The matrix.
  ///   - firstColumn: The first column; those before it are left out, as the positions of layers are.
  ///   - rows: The rows in the order in which they are added up; nil for all.
  ///   - work: Threads and cancellation.
  /// - Throws: ``EngramError`` with code `cancelled`.
  /// - Complexity: O(rows x columns).
  package init(
    of matrix: MatrixSpan, from firstColumn: Int, rows: [Int32]? = nil, work: WorkContext
  ) throws(EngramError) {
    let rowCount = rows?.count ?? matrix.rows
    precondition(rows?.allSatisfy { $0 >= 0 && $0 < matrix.rows } ?? true, "the rows are those of the matrix")
    self.firstColumn = firstColumn
    guard rowCount > 0 else {
      means = [Double](repeating: .nan, count: matrix.columns - firstColumn)
      scales = means
      return
    }
    let plan = Plan(firstColumn: firstColumn, rows: rows, work: work)
    let sums = try plan.sums(of: matrix, around: nil)
    let means = sums.map { $0 / Double(rowCount) }
    self.means = means
    scales = try plan.sums(of: matrix, around: means).map { sum in
      let deviation = (sum / Double(rowCount)).squareRoot()
      // A NaN is neither less nor more and stays.
      return deviation < Self.leastScale ? Self.leastScale : deviation
    }
  }

  /// The same means, with nothing to divide by.
  package var centering: Standardization {
    Standardization(firstColumn: firstColumn, means: means, scales: [Double](repeating: 1, count: means.count))
  }

  /// The same for every column of the matrix: those before ``firstColumn`` have mean 0 and scale 1.
  package var ofEveryColumn: Standardization {
    Standardization(
      means: [Double](repeating: 0, count: firstColumn) + means,
      scales: [Double](repeating: 1, count: firstColumn) + scales)
  }

  /// Replaces every value x of a column by (x - mean) / scale, rounded to the type of the matrix.
  ///
  /// - Parameters:
  ///   - matrix: The matrix.
  ///   - work: Threads and cancellation.
  /// - Throws: ``EngramError`` with code `cancelled`; some columns are then changed and others not.
  package func apply(to matrix: inout MutableMatrixSpan, work: WorkContext) throws(EngramError) {
    precondition(firstColumn + means.count == matrix.columns, "every column has a mean and a scale")
    let size = Self.blockSize(of: matrix.elements, from: firstColumn, work: work)
    let (means, scales, firstColumn) = (means, scales, firstColumn)
    try matrix.forEachBlock(of: size, from: firstColumn, work: work) { (first, block) throws(EngramError) in
      guard let base = unsafe block.base else { return }
      let columns = (first - firstColumn)..<(first - firstColumn + block.columns)
      let (rows, rowStride, columnStride) = (block.rows, block.rowStride, block.columnStride)
      // SAFETY: the kernel writes the elements of the block, which this iteration alone has.
      if block.elementType == .float32 {
        unsafe engram_standardize_32(
          base.assumingMemoryBound(to: Float.self), rows, rowStride, columnStride, columns.count, Array(means[columns]),
          Array(scales[columns]))
      } else {
        unsafe engram_standardize_64(
          base.assumingMemoryBound(to: Double.self), rows, rowStride, columnStride, columns.count,
          Array(means[columns]), Array(scales[columns]))
      }
    }
  }

  /// Columns that a thread handles at a time.
  fileprivate static func blockSize(of matrix: MatrixSpan, from firstColumn: Int, work: WorkContext) -> Int {
    let part = (matrix.columns - firstColumn + work.threads - 1) / work.threads
    return matrix.columnStride == 1 ? max(blockSize, part) : blockSize
  }
}

/// Which elements of a matrix are added up.
private struct Plan: Sendable {
  let firstColumn: Int
  let rows: [Int32]?
  let work: WorkContext

  /// The sum of each column, or of its squared differences from means.
  func sums(of matrix: MatrixSpan, around means: [Double]?) throws(EngramError) -> [Double] {
    let count = rows?.count ?? matrix.rows
    var sums = [Double](repeating: 0, count: matrix.columns - firstColumn)
    try parallelFor(
      parts: &sums, of: Standardization.blockSize(of: matrix, from: firstColumn, work: work),
      work: work
    ) { (first, part) throws(EngramError) in
      guard let base = unsafe matrix.base else { return }
      let offset = (firstColumn + first) * matrix.columnStride
      let around = means.map { Array($0[first..<(first + part.count)]) }
      let columns = part.count
      // SAFETY: the kernel reads rows and columns of the matrix and writes a sum for each column of the part.
      unsafe part.withUnsafeMutableBufferPointer { sums in
        if matrix.elementType == .float32 {
          unsafe engram_column_sums_32(
            base.assumingMemoryBound(to: Float.self) + offset, rows, count, matrix.rowStride, matrix.columnStride,
            columns, around, sums.baseAddress)
        } else {
          unsafe engram_column_sums_64(
            base.assumingMemoryBound(to: Double.self) + offset, rows, count, matrix.rowStride, matrix.columnStride,
            columns, around, sums.baseAddress)
        }
      }
    }
    return sums
  }
}
