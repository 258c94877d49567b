// ConfusionMatrix.swift -- how often each class was taken for each, and the rates that follow from it.

/// How often examples of each class were taken for each class.
///
/// Rates are those of the published `metrics.py`; one whose denominator is zero is not defined and is NaN, as it is
/// there: the precision of a class that nothing was taken for. (scikit-learn warns and takes 0.)
public struct ConfusionMatrix: Sendable, Hashable {
  /// The number of classes.
  public let classCount: Int
  /// The counts row by row: at actual x ``classCount`` + predicted.
  public private(set) var counts: [Int64]

  /// A matrix of zeros.
  public init(classCount: Int) {
    self.classCount = classCount
    counts = [Int64](repeating: 0, count: classCount * classCount)
  }

  /// Counts predictions.
  ///
  /// - Parameters:
  ///   - actual: The class of each example.
  ///   - predicted: What it was taken for.
  ///   - classCount: The number of classes.
  /// - Precondition: Both lists are of one length, and every code is 0 ..< `classCount`.
  public init(actual: [Int32], predicted: [Int32], classCount: Int) {
    precondition(actual.count == predicted.count, "each example has a prediction")
    self.init(classCount: classCount)
    for (row, column) in zip(actual, predicted) { counts[Int(row) * classCount + Int(column)] += 1 }
  }

  /// A matrix of counts, row by row.
  ///
  /// - Precondition: There are `classCount` squared.
  public init(counts: [Int64], classCount: Int) {
    precondition(counts.count == classCount * classCount, "there is a count for each pair of classes")
    self.classCount = classCount
    self.counts = counts
  }

  /// How many examples of class `actual` were taken for `predicted`.
  public subscript(actual: Int, predicted: Int) -> Int64 { counts[actual * classCount + predicted] }

  /// Adds the counts of another matrix of as many classes.
  public static func += (left: inout ConfusionMatrix, right: ConfusionMatrix) {
    precondition(left.classCount == right.classCount, "both matrices have the same classes")
    for index in left.counts.indices { left.counts[index] += right.counts[index] }
  }

  /// The number of examples.
  public var total: Int64 { counts.reduce(0, +) }

  /// The share of examples that were taken for what they are.
  public var accuracy: Double {
    Double((0..<classCount).reduce(0) { $0 + self[$1, $1] }) / Double(total)
  }

  /// Examples of a class: P.
  private func positives(_ code: Int) -> Int64 { (0..<classCount).reduce(0) { $0 + self[code, $1] } }

  /// Examples that were taken for a class: TP + FP.
  private func predictions(_ code: Int) -> Int64 { (0..<classCount).reduce(0) { $0 + self[$1, code] } }

  /// The share of a class that was found: TP / P, which is the true positive rate.
  public func recall(of code: Int) -> Double { Double(self[code, code]) / Double(positives(code)) }

  /// The share of what was taken for a class that is of it: TP / (TP + FP).
  public func precision(of code: Int) -> Double { Double(self[code, code]) / Double(predictions(code)) }

  /// The share of all other classes that was taken for this one: FP / N.
  public func falsePositiveRate(of code: Int) -> Double {
    Double(predictions(code) - self[code, code]) / Double(total - positives(code))
  }

  /// (TP / P + TN / N) / 2 of a class against all others.
  public func balancedAccuracy(of code: Int) -> Double {
    let negatives = total - positives(code)
    let trueNegatives = negatives - (predictions(code) - self[code, code])
    return (recall(of: code) + Double(trueNegatives) / Double(negatives)) / 2
  }

  /// Z(TP / P) - Z(FP / N), each Z clipped to ±5 as published.
  public func dPrime(of code: Int) -> Double {
    Self.clippedQuantile(recall(of: code)) - Self.clippedQuantile(falsePositiveRate(of: code))
  }

  /// Where d' stops a quantile, so that a rate of 0 or 1 stays finite.
  private static let quantileLimit = 5.0

  private static func clippedQuantile(_ rate: Double) -> Double {
    let quantile = normalQuantile(rate)
    return quantile.isNaN ? quantile : min(max(quantile, -quantileLimit), quantileLimit)
  }
}
