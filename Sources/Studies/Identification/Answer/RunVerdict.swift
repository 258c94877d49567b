// RunVerdict.swift -- what one run looks like.

import Classifiers
public import TrajectoryModel

/// What one run looks like.
public struct RunVerdict: Sendable, Hashable {
  /// Its `run_id`.
  public let run: MetadataValue
  /// Its fields, in the order of ``RunFields``.
  public let fields: RunFields
  /// The number of its examples.
  public let exampleCount: Int
  /// The probability of each class.
  public let probabilities: [Double]
  /// How often held-out training runs are, on the mean over layers, as far from the training data: small is new.
  public let noveltyPValue: Double
  /// The training runs that are nearest.
  public let nearestRuns: [NearRun]
}

extension RunVerdict {
  /// The place of the most likely class.
  public var mostLikely: Int { Classifiers.mostLikely(probabilities[...]) }
  /// The probability of the most likely class.
  public var confidence: Double { probabilities[mostLikely] }
}
