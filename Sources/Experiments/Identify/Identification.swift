// Identification.swift -- what examples of unknown class look like, and how far to believe it.

public import Classifiers
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
  /// All the examples together.
  public let group: GroupVerdict
  /// Each run of the examples, ascending by `run_id`.
  public let runs: [RunVerdict]
  /// Each example, ascending by id.
  public let examples: [ExampleVerdict]
  /// Where the label of examples is one of the classes: how many were right. Nothing else knows of those labels.
  public let known: KnownLabels?
  /// What to know before the answer is believed.
  public let warnings: [IdentifyWarning]
}

/// What was learned from.
public struct TrainingSummary: Sendable, Hashable {
  /// The SQL that selected the training examples.
  public let filter: String
  /// The number of examples, and of runs.
  public let examples, runs: Int
  /// The number of examples of each class.
  public let classExamples: [Int]
  /// The number of runs of each class.
  public let classRuns: [Int]
  /// Training examples that were selected and have no label, which were left out.
  public let unlabelled: Int
  /// The number of trees.
  public let treeCount: Int
  /// What decided every random choice.
  public let seed: UInt32
}

/// How far the confidence of one kind of prediction is true, on what was held out.
public struct ConfidenceLevel: Sendable, Hashable {
  /// Probabilities are raised to this power, see ``Classifiers``; below 1 it takes confidence away.
  public let exponent: Double
  /// The classifier's own probabilities on what was held out.
  public let uncalibrated: Reliability
  /// Calibrated probabilities on what was held out, each fold with the exponent of the others.
  public let calibrated: Reliability
}

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

/// A training run near to examples.
public struct NearRun: Sendable, Hashable {
  /// Its `run_id`.
  public let run: MetadataValue
  /// Its class.
  public let label: MetadataValue
  /// Its fields.
  public let fields: RunFields
  /// The mean over the examples of the distance to its nearest layer, on the robust scale.
  public let distance: Double
}

/// The fields of a run that are not null.
public struct RunFields: Sendable, Hashable {
  /// Names and values, in the order of the store.
  public let values: [Field]

  /// The name and the value of a field.
  public struct Field: Sendable, Hashable {
    /// The name.
    public let name: String
    /// The value.
    public let value: MetadataValue
  }
}

/// What one statistic adds to the probability of a class.
public struct StatisticShare: Sendable, Hashable {
  /// The statistic, or `layer position`.
  public let statistic: String
  /// What it adds, negative where it speaks against the class.
  public let share: Double
}

/// How many predictions were right of examples whose label is known after all.
public struct KnownLabels: Sendable, Hashable {
  /// The examples of known class, and those of them that were right.
  public let examples, rightExamples: Int
  /// The runs of known class, and those of them that were right.
  public let runs, rightRuns: Int
}

/// Something to know before the answer is believed.
public struct IdentifyWarning: Sendable, Hashable {
  /// What it is about; stable, for programs.
  public enum Kind: String, Sendable, Hashable {
    /// The examples lie outside the training data.
    case novel
    /// Some runs have layers on both sides.
    case sharedRuns = "shared_runs"
    /// Confidence was calibrated on runs of kinds that the examples are not of.
    case otherKind = "other_kind"
    /// There are too few held-out examples to tell what is new.
    case fewReferences = "few_references"
  }

  /// What it is about.
  public let kind: Kind
  /// The warning, for people.
  public let sentence: String
}

extension GroupVerdict {
  /// The place of the most likely class.
  public var mostLikely: Int { Classifiers.mostLikely(probabilities[...]) }
  /// The probability of the most likely class.
  public var confidence: Double { probabilities[mostLikely] }
}

extension RunVerdict {
  /// The place of the most likely class.
  public var mostLikely: Int { Classifiers.mostLikely(probabilities[...]) }
  /// The probability of the most likely class.
  public var confidence: Double { probabilities[mostLikely] }
}

extension ExampleVerdict {
  /// The place of the most likely class.
  public var mostLikely: Int { Classifiers.mostLikely(probabilities[...]) }
  /// The probability of the most likely class.
  public var confidence: Double { probabilities[mostLikely] }
}

extension RunFields {
  /// The value of a field; nil where it is null or there is no such field.
  public subscript(name: String) -> MetadataValue? { values.first { $0.name == name }?.value }
}
