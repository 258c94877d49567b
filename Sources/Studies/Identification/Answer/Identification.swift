// Identification.swift -- what examples of unknown class look like, and how far to believe it.

public import TrajectoryModel

/// What examples of unknown class look like, and how far to believe it.
///
/// Probabilities are calibrated: those of an example by ``ConfidenceLevel/exponent`` of examples, those of a run by
/// that of runs applied to the mean log-probability of its layers, which are never taken for independent. The group is
/// the mean log-probability of its runs, so that many runs of one kind, which share whatever sets them apart from all
/// training runs, add nothing to the confidence of one.
public struct Identification: Sendable, Hashable {
  /// The label column.
  public let label: String
  /// The classes, ascending; probabilities are in this order.
  public let classes: [MetadataValue]
  /// What was learned from.
  public let training: TrainingSummary
  /// The columns that both sides have.
  public let columns: CommonColumns
  /// What was held out to calibrate.
  public let calibrationGroups: CalibrationGroups
  /// How far the confidence of single examples is true.
  public let exampleConfidence: ConfidenceLevel
  /// How far the confidence of runs is true.
  public let runConfidence: ConfidenceLevel
  /// The sets of classes of runs, and how far they held the true class of held-out runs, kind by kind.
  public let runSets: PredictionSets
  /// How far the measures, each learned from alone, agree on the runs; nil where both sides have fewer than two in common.
  public let agreement: MeasureAgreement?
  /// The same runs measured perfectly, where only observations like the recordings were learned from.
  public let perfectBeside: PerfectBeside?
  /// All the examples together.
  public let group: GroupVerdict
  /// Each run of the examples, ascending by `run_id`.
  public let runs: [RunVerdict]
  /// Each example, ascending by id.
  public let examples: [ExampleVerdict]
  /// How many were right, where the label of examples is one of the classes.
  ///
  /// Nothing else knows of those labels.
  public let known: KnownLabels?
  /// What to know before the answer is believed.
  public let warnings: [IdentifyWarning]

  /// Whether the examples may be of a class that no training run has, by any of the warnings that speak of it.
  public var mayBeOfNewClass: Bool { warnings.contains(where: \.kind.speaksOfNewClass) }
}
