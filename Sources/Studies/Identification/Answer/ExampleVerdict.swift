// ExampleVerdict.swift -- what one example looks like.

import Classifiers
public import TrajectoryModel

/// What one example looks like.
public struct ExampleVerdict: Sendable, Hashable {
  /// Its id.
  public let example: Int64
  /// Its `run_id`.
  public let run: MetadataValue
  /// Its layer.
  public let layer: MetadataValue
  /// The probability of each class.
  public let probabilities: [Double]
  /// The distance to the nearest training example, on the robust scale.
  public let distance: Double
  /// How often held-out training examples are as far from the training data: small is new.
  public let noveltyPValue: Double
  /// The nearest training example.
  public let nearestExample: Int64
  /// The run of the nearest training example.
  public let nearestRun: MetadataValue
  /// What the leading statistics add to the probability of its most likely class, the largest first.
  public let statistics: [StatisticShare]
}

extension ExampleVerdict {
  /// The place of the most likely class.
  public var mostLikely: Int { Classifiers.mostLikely(probabilities[...]) }
  /// The probability of the most likely class.
  public var confidence: Double { probabilities[mostLikely] }
}
