// SplitStratifiedGroupKFoldCommand.swift -- `engram split stratified-group-k-fold STORE`.

import Base
import Splits
import TrajectoryStore

/// Makes stratified folds of whole groups.
enum SplitStratifiedGroupKFoldCommand {
  static let command = Command(
    "stratified-group-k-fold", "folds of whole groups that hold each class in equal parts",
    discussion: """
      Every fold is the test side once, no group is on both sides, and classes are shared out as evenly as groups allow. \
      The folds are those of scikit-learn's StratifiedGroupKFold; with --seed shuffled. The counts of each class that \
      were reached are shown.
      """,
    takes: SplitParameters.first + [SplitParameters.folds, SplitParameters.groups, SplitParameters.shuffleSeed]
      + SplitParameters.last,
    examples: [
      .init(
        "engram split stratified-group-k-fold lr.engram --name runs --folds 5",
        "Five folds; the layers of a network stay together"),
      .init(
        "engram split stratified-group-k-fold lr.engram --name nets --folds 5 --by architecture",
        "Five folds of whole architectures"),
    ],
    body: run)

  private static func run(_ invocation: Invocation) throws(EngramError) {
    let plan = StratifiedGroupKFoldSplits(
      folds: invocation[SplitParameters.folds], by: invocation[SplitParameters.groups], seed: invocation.shuffleSeed)
    try SplitReport.create(invocation.specification(.stratifiedGroupKFold(plan)), invocation)
  }
}
