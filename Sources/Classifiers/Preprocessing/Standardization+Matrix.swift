// Standardization+Matrix.swift -- z-scores of rows where they lie, without a copy.

package import TrajectoryModel

extension Standardization {
  /// Takes the statistics of some rows of a matrix; one-hot positions have mean 0 and scale 1, so they stay as they are.
  ///
  /// - Precondition: There is at least one row.
  /// - Complexity: O(rows x columns).
  package init(of features: borrowing Matrix, columns: FeatureLayout, rows: [Int32]) {
    var means = [Double](repeating: 0, count: columns.columnCount)
    var scales = [Double](repeating: 1, count: columns.columnCount)
    let count = Double(rows.count)
    for column in columns.positionCount..<columns.columnCount {
      var sum = 0.0
      for row in rows { sum += features[Int(row), column] }
      let mean = sum / count
      var squares = 0.0
      for row in rows {
        let difference = features[Int(row), column] - mean
        squares += difference * difference
      }
      means[column] = mean
      scales[column] = max((squares / count).squareRoot(), Self.leastScale)
    }
    self.init(means: means, scales: scales)
  }
}
