// SplitKFoldCommand.swift -- `engram split k-fold STORE`.

import Base
import Splits
import TrajectoryStore

/// Makes stratified folds.
enum SplitKFoldCommand {
  static let rule = Parameter.option(
    "rule", ValueType<KFoldSplits.Rule>.choice("RULE"), default: KFoldSplits.Rule.since022.rawValue,
    "whose folds: scikit-learn-0.22 (and since), or scikit-learn-0.20")

  static let command = Command(
    "k-fold", "folds that hold each class in equal parts",
    discussion: """
      Every fold is the test side once. The folds are those of scikit-learn's StratifiedKFold, example for example: by \
      the rule since 0.22, or by the one before, which the paper's code ran on; with --seed shuffled.
      """,
    takes: SplitParameters.first + [SplitParameters.folds, rule, SplitParameters.shuffleSeed] + SplitParameters.last,
    examples: [
      .init(
        "engram split k-fold lr.engram --name cv --folds 5",
        "Five stratified folds"),
      .init(
        "engram split k-fold lr.engram --name cv20 --rule scikit-learn-0.20",
        "The folds of the older rule"),
    ],
    body: run)

  private static func run(_ invocation: Invocation) throws(EngramError) {
    let plan = KFoldSplits(
      folds: invocation[SplitParameters.folds], rule: invocation[rule], seed: invocation.shuffleSeed)
    try SplitReport.create(invocation.specification(.kFold(plan)), invocation)
  }
}
