// TemperatureScaling.swift -- one number that makes the confidence of a classifier true on held-out rows.

import Glibc

/// One number that makes the confidence of a classifier true on held-out rows.
///
/// This is temperature scaling (Guo, Pleiss, Sun and Weinberger 2017). Probabilities become softmax(β log p), with
/// β = 1/temperature; which class is the most likely never changes. β minimises the cross-entropy on rows that the
/// classifier has not learned from, which is convex in β. So that β stays finite where every held-out row is right, targets
/// are smoothed as Platt (1999) did, here by one row more that is of all classes alike: of n rows and K classes the true
/// class gets (n + 1/K) / (n + 1), each other (1/K) / (n + 1). Applied to the mean log p of a group of dependent rows, β is
/// the number of independent rows that the group is worth.
package struct TemperatureScaling: Sendable, Hashable {
  /// β, the exponent of probabilities: below 1 it takes confidence away, above 1 it adds some.
  package let exponent: Double

  /// β is looked for between 1/64 and 64; beyond, probabilities are equal, or 0 and 1, to any eye.
  package static let exponents = (1.0 / 64)...64.0

  /// Takes an exponent as it is; 1 changes nothing.
  package init(exponent: Double = 1) { self.exponent = exponent }

  /// Fits the exponent to held-out rows by Newton's method, kept inside a bracket.
  ///
  /// - Parameters:
  ///   - logs: What the classifier said of rows that it did not learn from.
  ///   - labels: The class of each row.
  ///   - weights: How much each row counts, above 0; all the same unless given.
  /// - Complexity: O(rows x classes) for each of about ten steps.
  package init(fitting logs: LogProbabilities, labels: [Int32], weights: [Double]? = nil) {
    guard logs.count > 0 else {
      self.init()
      return
    }
    var (low, high) = (Self.exponents.lowerBound, Self.exponents.upperBound)
    var exponent = 1.0
    /// Halving the bracket alone would take fewer steps than this to the last bit.
    for _ in 0..<100 {
      let (slope, curvature) = Self.derivatives(at: exponent, logs, labels, weights)
      if slope > 0 { high = exponent } else { low = exponent }
      let newton = exponent - slope / curvature
      // The geometric mean halves the bracket where Newton's step leaves it, or is not a number.
      let next = newton > low && newton < high ? newton : (low * high).squareRoot()
      let isDone = abs(next - exponent) <= 1e-10 * exponent
      exponent = next
      if isDone { break }
    }
    self.init(exponent: exponent)
  }

  /// The first and second derivative of the summed cross-entropy by the exponent.
  private static func derivatives(
    at exponent: Double, _ logs: LogProbabilities, _ labels: [Int32], _ weights: [Double]?
  ) -> (slope: Double, curvature: Double) {
    let classCount = logs.classCount
    let (total, share) = (Double(logs.count + 1), 1 / Double(classCount))
    var (slope, curvature) = (0.0, 0.0)
    var row = [Double](repeating: 0, count: classCount)
    for index in 0..<logs.count {
      softmax(logs, row: index, exponent: exponent, into: &row)
      var (mean, square, target) = (0.0, 0.0, 0.0)
      for code in 0..<classCount {
        let log = logs.values[index * classCount + code]
        mean += row[code] * log
        square += row[code] * log * log
        target += (code == Int(labels[index]) ? Double(logs.count) + share : share) / total * log
      }
      let weight = weights?[index] ?? 1
      slope += weight * (mean - target)
      curvature += weight * (square - mean * mean)
    }
    return (slope, curvature)
  }

  /// The calibrated probabilities of each row: rows x classes, row by row; each row sums to 1.
  package func probabilities(of logs: LogProbabilities) -> [Double] {
    var all: [Double] = []
    all.reserveCapacity(logs.values.count)
    var row = [Double](repeating: 0, count: logs.classCount)
    for index in 0..<logs.count {
      Self.softmax(logs, row: index, exponent: exponent, into: &row)
      all.append(contentsOf: row)
    }
    return all
  }

  private static func softmax(_ logs: LogProbabilities, row: Int, exponent: Double, into result: inout [Double]) {
    let start = row * logs.classCount
    var highest = -Double.infinity
    for code in 0..<logs.classCount { highest = max(highest, logs.values[start + code]) }
    var sum = 0.0
    for code in 0..<logs.classCount {
      result[code] = exp(exponent * (logs.values[start + code] - highest))
      sum += result[code]
    }
    for code in 0..<logs.classCount { result[code] /= sum }
  }
}
