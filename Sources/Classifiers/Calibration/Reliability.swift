// Reliability.swift -- how far the confidence of predictions is from how often they are right.

import Glibc

/// How far the confidence of predictions is from how often they are right.
///
/// Rows are put into bins of equal width by the probability of their most likely class; the expected calibration error
/// is the mean over rows of the difference between the mean confidence and the share of right rows in their bin
/// (Naeini, Cooper and Hauskrecht 2015; Guo et al. 2017, equation 3). It is never below 0, and chance alone makes it
/// about 1 / sqrt(rows in a bin).
public struct Reliability: Sendable, Hashable {
  /// The rows whose confidence is between two numbers.
  public struct Bin: Sendable, Hashable {
    /// The least confidence; the highest is that of the next bin, or 1.
    public let lowerBound: Double
    /// The number of rows.
    public let count: Int
    /// Their mean confidence; 0 without rows.
    public let meanConfidence: Double
    /// The share of them that is right; 0 without rows.
    public let accuracy: Double
  }

  /// The number of bins; ten is what is commonly reported.
  public static let binCount = 10

  /// The bins, ascending, empty ones included.
  public let bins: [Bin]
  /// The number of rows.
  public let count: Int
  /// The share of rows whose most likely class is the true one.
  public let accuracy: Double
  /// The mean probability of the most likely class.
  public let meanConfidence: Double
  /// The mean of minus the logarithm of the probability of the true class.
  public let logLoss: Double

  /// Measures predictions.
  ///
  /// - Parameters:
  ///   - probabilities: rows x `classCount`, row by row.
  ///   - labels: The true class of each row.
  ///   - classCount: The number of classes.
  package init(probabilities: [Double], labels: [Int32], classCount: Int) {
    var counts = [Int](repeating: 0, count: Self.binCount)
    var rights = counts
    var sums = [Double](repeating: 0, count: Self.binCount)
    var loss = 0.0
    for (row, label) in labels.enumerated() {
      let start = row * classCount
      let best = mostLikely(probabilities[start..<(start + classCount)])
      let confidence = probabilities[start + best]
      let bin = min(Int(confidence * Double(Self.binCount)), Self.binCount - 1)
      counts[bin] += 1
      sums[bin] += confidence
      if best == Int(label) { rights[bin] += 1 }
      loss -= log(max(probabilities[start + Int(label)], .leastNormalMagnitude))
    }
    bins = (0..<Self.binCount).map { bin in
      let size = Double(max(1, counts[bin]))
      return Bin(
        lowerBound: Double(bin) / Double(Self.binCount), count: counts[bin], meanConfidence: sums[bin] / size,
        accuracy: Double(rights[bin]) / size)
    }
    count = labels.count
    let total = Double(max(1, count))
    accuracy = Double(rights.reduce(0, +)) / total
    meanConfidence = sums.reduce(0, +) / total
    logLoss = loss / total
  }

  /// The expected calibration error.
  public var expectedCalibrationError: Double {
    bins.reduce(0) { $0 + Double($1.count) * abs($1.meanConfidence - $1.accuracy) } / Double(max(1, count))
  }
}

/// The place of the highest of some probabilities; the first of equals.
package func mostLikely(_ probabilities: ArraySlice<Double>) -> Int {
  var best = probabilities.startIndex
  for index in probabilities.indices where probabilities[index] > probabilities[best] { best = index }
  return best - probabilities.startIndex
}
