// ConfidenceLevel.swift -- how far the confidence of one kind of prediction is true.

public import Classifiers

/// How far the confidence of one kind of prediction is true, on what was held out.
public struct ConfidenceLevel: Sendable, Hashable {
  /// What probabilities are raised to (temperature scaling); below 1 it takes confidence away.
  public let exponent: Double
  /// The classifier's own probabilities on what was held out.
  public let uncalibrated: Reliability
  /// Calibrated probabilities on what was held out, each fold with the exponent of the others.
  public let calibrated: Reliability
}
