// PairedDifference.swift -- how much better one classifier is than another on the same splits.

import Classifiers

/// The mean difference of a rate over the same splits, with an error that knows how much the splits share.
///
/// Train sides of repeated splits overlap, so differences of splits are not independent, and the usual standard error of their
/// mean is too small. The variance is that of Nadeau and Bengio, "Inference for the generalization error", Machine Learning 52
/// (2003), equation 10: s² (1/J + n2/n1), for J splits with n1 examples to train on and n2 to test on.
public struct PairedDifference: Sendable, Hashable {
  /// The number of splits.
  public let splits: Int
  /// The mean of the first, and of the second.
  public let first, second: Double
  /// The corrected standard error; nil with one split, which says nothing about the others.
  public let standardError: Double?

  /// The second less the first.
  public var difference: Double { second - first }

  /// Compares rates of the same splits.
  ///
  /// - Parameters:
  ///   - first: The rate of the first classifier in each split; NaN where a split has none.
  ///   - second: That of the second.
  ///   - testShare: The mean number of examples to test on over that to train on.
  init(first: [Double], second: [Double], testShare: Double) {
    let pairs = zip(first, second).filter { !$0.isNaN && !$1.isNaN }
    let count = Double(pairs.count)
    splits = pairs.count
    self.first = pairs.reduce(0) { $0 + $1.0 } / count
    self.second = pairs.reduce(0) { $0 + $1.1 } / count
    guard pairs.count > 1 else {
      standardError = nil
      return
    }
    let mean = pairs.reduce(0) { $0 + ($1.1 - $1.0) } / count
    let squares = pairs.reduce(0) { $0 + ($1.1 - $1.0 - mean) * ($1.1 - $1.0 - mean) }
    standardError = (squares / (count - 1) * (1 / count + testShare)).squareRoot()
  }

  /// How far the true difference may be on either side, at a level of confidence such as 0.95; nil with one split.
  public func halfWidth(confidence: Double = 0.95) -> Double? {
    standardError.map { $0 * StudentT(degrees: Double(splits - 1)).magnitude(ofTwoSidedTail: 1 - confidence) }
  }

  /// The probability of a difference at least as large where there is none (two-sided corrected resampled t-test); nil with one
  /// split.
  public var pValue: Double? {
    standardError.map { error in
      if error == 0 { return difference == 0 ? 1 : 0 }
      return StudentT(degrees: Double(splits - 1)).twoSidedTail(difference / error)
    }
  }
}
