// LogProbabilities.swift -- logarithms of what a classifier says, of examples and of groups of them.

import Glibc

/// The logarithms of class probabilities of some rows, which calibration works on.
///
/// A vote of trees can be 0, of which there is no logarithm; so one tree more is counted that gives every class the
/// same: p becomes (n p + 1/K) / (n + 1), for n trees and K classes.
package struct LogProbabilities: Sendable, Hashable {
  /// rows x ``classCount``, row by row.
  package let values: [Double]
  /// The number of classes.
  package let classCount: Int

  /// The number of rows.
  package var count: Int { values.count / classCount }

  /// Takes logarithms as they are.
  ///
  /// - Precondition: There is a whole number of rows.
  package init(values: [Double], classCount: Int) {
    precondition(classCount > 0 && values.count % classCount == 0, "there is a value for every class of a row")
    (self.values, self.classCount) = (values, classCount)
  }

  /// Takes the logarithms of probabilities that are means over some voters, such as the trees of a forest.
  ///
  /// - Parameters:
  ///   - probabilities: rows x `classCount`, row by row, as ``ClassifierModel/probabilities(of:rows:work:)`` gives.
  ///   - classCount: The number of classes.
  ///   - voters: The number of trees.
  package init(of probabilities: [Float], classCount: Int, voters: Int) {
    let (trees, share) = (Double(voters), 1 / Double(classCount))
    self.init(
      values: probabilities.map { log((trees * Double($0) + share) / (trees + 1)) }, classCount: classCount)
  }

  /// The mean over the rows of each group: a logarithmic opinion pool with equal weights (Genest and Zidek 1986).
  ///
  /// - Parameters:
  ///   - groups: The group of each row.
  ///   - groupCount: The number of groups, each of which has a row.
  /// - Returns: A row for each group.
  package func means(of groups: [Int32], groupCount: Int) -> LogProbabilities {
    var sums = [Double](repeating: 0, count: groupCount * classCount)
    var counts = [Double](repeating: 0, count: groupCount)
    for (row, group) in groups.enumerated() {
      counts[Int(group)] += 1
      for code in 0..<classCount { sums[Int(group) * classCount + code] += values[row * classCount + code] }
    }
    for index in sums.indices { sums[index] /= counts[index / classCount] }
    return LogProbabilities(values: sums, classCount: classCount)
  }

  /// Some of the rows, in the order given.
  package func rows(_ rows: [Int]) -> LogProbabilities {
    LogProbabilities(
      values: rows.flatMap { values[($0 * classCount)..<(($0 + 1) * classCount)] }, classCount: classCount)
  }
}
