// SplitBalancedCommand.swift -- `engram split balanced STORE`.

import Base
import Splits
import TrajectoryStore

/// Makes balanced splits.
enum SplitBalancedCommand {
  /// Whose splits come out, index for index.
  enum Compatibility: String, Sendable, CaseIterable {
    /// The published `get_splits`.
    case lrIdentify = "lr-identify"
  }

  static let compatibility = Parameter.option(
    "compatibility", ValueType<Compatibility>.choice("RULE"), default: Compatibility.lrIdentify.rawValue,
    "lr-identify: the indices of the published get_splits")

  static let command = Command(
    "balanced", "draw splits with as many examples of each class",
    discussion: """
      Each side gets the same number of each class: as many as --test-per-class and --train-per-class say, or a \
      fraction of what the smallest class has. Examples without a label are left out. --where holds for both sides, \
      --train-where and --test-where for one more each.

      The draw is that of the published get_splits, index for index: NumPy's RandomState(seed), classes in order.
      """,
    takes: SplitParameters.first + [SplitParameters.repeats, SplitParameters.seed] + SplitParameters.balancedSizes
      + [compatibility] + SplitParameters.last,
    exclusive: SplitParameters.balancedExclusive,
    examples: [
      .init(
        "engram split balanced lr.engram --name fig2a --repeats 10 --seed 0 --test-per-class 1296 "
          + "--train-per-class 3888", "The ten splits of the paper, index for index"),
      .init(
        "engram split balanced lr.engram --name deep --test-fraction 0.25 --where \"layer_position = 'deep'\"",
        "Three quarters to a quarter, of the deep layers only"),
    ],
    body: run)

  private static func run(_ invocation: Invocation) throws(EngramError) {
    let plan = BalancedSplits(repeats: invocation[SplitParameters.repeats], seed: invocation.splitSeed)
    try SplitReport.create(invocation.specification(.balanced(invocation.sized(plan))), invocation)
  }
}
