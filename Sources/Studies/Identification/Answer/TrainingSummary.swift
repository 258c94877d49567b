// TrainingSummary.swift -- what was learned from to identify examples.

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
