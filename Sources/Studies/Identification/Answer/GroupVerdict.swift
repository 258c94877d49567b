// GroupVerdict.swift -- what all the examples together look like.

import Classifiers

/// What all the examples together look like.
public struct GroupVerdict: Sendable, Hashable {
  /// The probability of each class, if all runs are of one.
  public let probabilities: [Double]
  /// The number of examples, and of runs, whose most likely class is each class.
  public let classExamples, classRuns: [Int]
  /// The training runs that are nearest.
  public let nearestRuns: [NearRun]
  /// What each statistic adds to the probability of the most likely class, the largest first; empty if not looked for.
  public let statistics: [StatisticShare]
  /// How many examples are farther from the training data than 95, and than 99 in 100 held-out training examples.
  public let examplesBeyond95, examplesBeyond99: Int
}

extension GroupVerdict {
  /// The place of the most likely class.
  public var mostLikely: Int { Classifiers.mostLikely(probabilities[...]) }
  /// The probability of the most likely class.
  public var confidence: Double { probabilities[mostLikely] }
}
