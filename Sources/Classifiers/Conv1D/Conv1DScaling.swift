// Conv1DScaling.swift -- the mean and spread of every column, from the training rows.

package import TrajectoryModel

/// What is taken off each column and what it is divided by: mean and standard deviation of the training rows.
///
/// As the published `featurewise_norm`: the population's deviation, at least 1e-5; one-hot positions stay as they are.
package struct Conv1DScaling: Sendable, Hashable {
  /// For each column the mean.
  let means: [Double]
  /// For each column the divisor, above 0.
  let divisors: [Double]

  private static let smallestDivisor = 1e-5

  init(means: [Double], divisors: [Double]) {
    self.means = means
    self.divisors = divisors
  }

  /// Measures some rows.
  ///
  /// - Complexity: O(rows x columns).
  package init(_ features: borrowing Matrix, columns: FeatureLayout, rows: [Int32]) {
    var means = [Double](repeating: 0, count: columns.columnCount)
    var divisors = [Double](repeating: 1, count: columns.columnCount)
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
      divisors[column] = max((squares / count).squareRoot(), Self.smallestDivisor)
    }
    self.init(means: means, divisors: divisors)
  }
}
