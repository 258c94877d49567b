// Standardization.swift -- z-scores of columns by the statistics of the training rows.

package import Base
import CMatrixKernels

/// The mean and the scale of each column of training rows, as the published code takes them.
///
/// The scale is the population standard deviation, or 1e-5 where that is less, so a constant column becomes zeros. Sums
/// run from the first row to the last in Float64, as NumPy's `mean(0)` and `std(0)` of a row-major matrix do.
package struct Standardization: Sendable, Hashable {
  /// The least scale, which keeps constant columns finite; the published constant.
  package static let leastScale = 1e-5

  /// The mean of each column.
  package let means: [Double]
  /// What each difference from the mean is divided by.
  package let scales: [Double]

  /// Takes the statistics of the columns from `first` on.
  ///
  /// - Precondition: There is at least one row.
  /// - Complexity: O(rows x columns).
  package init(of rows: DenseRows, from first: Int = 0) {
    let (count, columns) = (rows.count, rows.columns - first)
    var sums = [Double](repeating: 0, count: columns)
    // SAFETY: the columns are inside the rows, and the arrays are as long as there are columns.
    unsafe engram_column_sums_64(rows.values + first, count, rows.stride, 1, columns, nil, &sums)
    let means = sums.map { $0 / Double(count) }
    unsafe engram_column_sums_64(rows.values + first, count, rows.stride, 1, columns, means, &sums)
    self.means = means
    scales = sums.map { max(($0 / Double(count)).squareRoot(), Self.leastScale) }
  }

  /// Means that are only subtracted.
  var centering: Standardization { Standardization(means: means, scales: means.map { _ in 1 }) }

  /// Means and scales that are known.
  init(means: [Double], scales: [Double]) {
    self.means = means
    self.scales = scales
  }

  /// Replaces every value x of the columns from `first` on by (x - mean) / scale.
  package func apply(to rows: DenseRows, from first: Int = 0, threads: Int) throws(EngramError) {
    try rows.forEachBlock(threads: threads) { block in
      // SAFETY: the columns are inside the rows, and each thread writes rows of its own.
      unsafe engram_standardize_64(
        rows.values + block.lowerBound * rows.stride + first, block.count, rows.stride, 1, means.count, means, scales)
    }
  }
}
