// SplitHoldoutCommand.swift -- `engram split holdout STORE`.

import Base
import Splits
import TrajectoryStore

/// Makes splits that hold out one group each.
enum SplitHoldoutCommand {
  static let columns = Parameter.option(
    "by", .list(of: .field), "the field, or fields, whose every value, or tuple of values, is held out in turn")
  static let preset = Parameter.option(
    "preset", ValueType<HoldoutSplits.Preset>.choice("HOLDOUT"),
    "a hold-out of the paper: architecture (or animal), curriculum (batch_size,dataset_seed), task")
  static let only = Parameter.repeated(
    "only", .text("VALUE"), "hold out only this group, such as alexnet, or 128,NULL for two fields; may be repeated")
  static let balanced = Parameter.flag(
    "balanced", "draw as many examples of each class on each side, by the rule of split balanced")

  static let command = Command(
    "holdout", "hold out each value of a field, or of several, in turn",
    discussion: """
      One split for each group, or for those that --only names: the group is the test side, all others the train side. \
      No value (NULL) is a value like any other.
      """,
    takes: SplitParameters.first + [columns, preset, only, balanced, SplitParameters.seed]
      + SplitParameters.balancedSizes + SplitParameters.last,
    exclusive: SplitParameters.balancedExclusive + [[columns, preset]],
    examples: [
      .init("engram split holdout lr.engram --name animal --preset animal", "Each architecture, as in the paper"),
      .init(
        "engram split holdout lr.engram --name curriculum --by batch_size,dataset_seed",
        "Each curriculum, which is a batch size and a dataset seed"),
      .init(
        "engram split holdout lr.engram --name nets --by architecture --only alexnet --only knet --balanced",
        "Two architectures only, with as many examples of each class"),
    ],
    body: run)

  private static func run(_ invocation: Invocation) throws(EngramError) {
    guard let by = invocation[columns] ?? invocation[preset]?.columns else {
      throw invocation.usageError("what to hold out is missing", expected: "--by FIELD,… or --preset HOLDOUT")
    }
    var plan = HoldoutSplits(by: by)
    if !invocation[only].isEmpty {
      let snapshot = try invocation.snapshot(SharedParameters.storeToChange, asOf: SharedParameters.asOf)
      plan.only = try HoldoutSplits.keys(
        named: invocation[only], by: by,
        among: try snapshot.groups(by: by, where: invocation[SharedParameters.filter]))
    }
    if invocation[balanced] {
      plan.balanced = invocation.sized(
        BalancedSplits(repeats: 1, seed: invocation.splitSeed, test: .rest, train: .rest))
    } else if (SplitParameters.balancedSizes + [SplitParameters.seed]).contains(where: { invocation.isGiven($0) }) {
      throw invocation.usageError("sizes and a seed are for balanced sides", expected: "--balanced with them")
    }
    try SplitReport.create(invocation.specification(.holdout(plan)), invocation)
  }
}
