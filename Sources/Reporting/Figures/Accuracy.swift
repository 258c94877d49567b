// Accuracy.swift -- how well a classification did, in the numbers that figures show.

import Base
import Classifiers
import Drawing
import Glibc
import Studies

/// How well a classification did: the mean over its splits, and the standard error of the mean.
struct Accuracy: Sendable, Hashable {
  /// The mean of the test accuracy.
  let mean: Double
  /// The standard error over splits; nil with one split.
  let error: Double?
  /// The accuracy of each split.
  let splits: [Double]
  /// What guessing would give.
  let chance: Double
  /// The mean number of test examples of a split.
  let testCount: Double

  /// Of some splits; nil where there is none.
  init?(_ results: [SplitResult]) {
    guard let first = results.first else { return nil }
    splits = results.map(\.test.confusion.accuracy)
    let count = Double(splits.count)
    let mean = splits.reduce(0, +) / count
    self.mean = mean
    let squares = splits.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    error = splits.count > 1 ? (squares / (count - 1) / count).squareRoot() : nil
    chance = 1 / Double(max(1, first.classes.count))
    testCount = results.reduce(0) { $0 + Double($1.test.count) } / count
  }

  /// Of means of several, such as those of observation seeds, each counting the same.
  init?(meansOf parts: [Accuracy]) {
    guard let first = parts.first else { return nil }
    let count = Double(parts.count)
    splits = parts.flatMap(\.splits)
    mean = parts.reduce(0) { $0 + $1.mean } / count
    chance = first.chance
    testCount = parts.reduce(0) { $0 + $1.testCount } / count
    // Splits of all seeds together: seeds measure the same runs, so this is no smaller than the truth by their number.
    let all = parts.flatMap { part in part.splits.map { $0 - part.mean } }
    let squares = all.reduce(0) { $0 + $1 * $1 }
    let perPart = Double(max(1, first.splits.count))
    error = all.count > parts.count ? (squares / (Double(all.count) - count) / perPart).squareRoot() : nil
  }

  /// The accuracy as a line to compare with.
  func reference(_ label: String) -> Reference { Reference(mean, error: error, label: label) }
}
