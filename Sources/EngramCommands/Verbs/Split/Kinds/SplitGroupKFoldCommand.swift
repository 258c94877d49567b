// SplitGroupKFoldCommand.swift -- `engram split group-k-fold STORE`.

import Base
import Splits
import TrajectoryStore

/// Makes folds of whole groups.
enum SplitGroupKFoldCommand {
  static let command = Command(
    "group-k-fold", "folds of whole groups; no run is on both sides",
    discussion: """
      Every fold is the test side once, and no group is on both sides. The folds are those of scikit-learn's GroupKFold: \
      groups from the largest down, each into the lightest fold; with --seed shuffled. A group is a run unless --by says \
      otherwise.
      """,
    takes: SplitParameters.first + [SplitParameters.folds, SplitParameters.groups, SplitParameters.shuffleSeed]
      + SplitParameters.last,
    examples: [
      .init(
        "engram split group-k-fold lr.engram --name runs --folds 5",
        "Five folds; the layers of a network stay together"),
      .init(
        "engram split group-k-fold lr.engram --name nets --folds 5 --by architecture",
        "Five folds of whole architectures"),
    ],
    body: run)

  private static func run(_ invocation: Invocation) throws(EngramError) {
    let plan = GroupKFoldSplits(
      folds: invocation[SplitParameters.folds], by: invocation[SplitParameters.groups], seed: invocation.shuffleSeed)
    try SplitReport.create(invocation.specification(.groupKFold(plan)), invocation)
  }
}
