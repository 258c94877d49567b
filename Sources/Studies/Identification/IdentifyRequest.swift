// IdentifyRequest.swift -- which examples are to be identified, what to learn from, and how.

/// Which examples are to be identified, what to learn from, and how.
public struct IdentifyRequest: Sendable, Hashable {
  /// SQL that selects the examples to identify.
  public var examples: String
  /// SQL that selects the examples to learn from; nil takes every labelled one that is not to be identified.
  public var train: String?
  /// The field whose values are the classes.
  public var label: String
  /// Which columns are looked at; what one side lacks is left out.
  public var features: FeatureRequest
  /// The trees of the forest.
  public var treeCount: Int
  /// The fields of runs whose values are held out to calibrate confidence, such as `run_id` or `architecture`; none
  /// chooses, see ``CalibrationGroups``.
  public var calibrateBy: [String]
  /// Which observations of labelled runs are learned from, where only those like the recordings are; nil for all.
  ///
  /// The same runs measured perfectly are then held out as well, to say how much the condition costs.
  public var likeRecording: RecordingCondition?
  /// How many of the nearest training runs are named.
  public var neighbourCount: Int
  /// The orders that are tried for each example to find what each statistic adds; 0 does not look.
  public var draws: Int
  /// Decides every random choice.
  public var seed: UInt32

  /// Makes a request.
  public init(
    examples: String, train: String? = nil, label: String = "learning_rule",
    features: FeatureRequest = FeatureRequest(), treeCount: Int = 200, calibrateBy: [String] = [],
    likeRecording: RecordingCondition? = nil, neighbourCount: Int = 5, draws: Int = 8, seed: UInt32 = 0
  ) {
    self.examples = examples
    self.train = train
    self.label = label
    self.features = features
    self.treeCount = treeCount
    self.calibrateBy = calibrateBy
    self.likeRecording = likeRecording
    self.neighbourCount = neighbourCount
    self.draws = draws
    self.seed = seed
  }

  /// The SQL of the training examples.
  var trainFilter: String { train ?? "NOT coalesce((\(examples)\n), 0)" }
}
