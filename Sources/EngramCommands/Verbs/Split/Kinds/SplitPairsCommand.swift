// SplitPairsCommand.swift -- `engram split pairs STORE`.

import Base
import Splits
import TrajectoryModel
import TrajectoryStore

/// Makes balanced splits of a few classes at a time.
enum SplitPairsCommand {
  static let classes = Parameter.repeated(
    "classes", .list(of: .text("CLASS")), "only these two classes, or more; may be repeated (every pair unless given)")

  static let command = Command(
    "pairs", "balanced splits of two classes, or a few, at a time",
    discussion: """
      For every pair of classes, or for the sets of classes that --classes names, the splits that split balanced would \
      draw of those classes alone.
      """,
    takes: SplitParameters.first + [classes, SplitParameters.repeats, SplitParameters.seed]
      + SplitParameters.balancedSizes + SplitParameters.last,
    exclusive: SplitParameters.balancedExclusive,
    examples: [
      .init(
        "engram split pairs lr.engram --name pairs --test-per-class 1296 --train-per-class 3888",
        "The six pairs of learning rules of the paper"),
      .init(
        "engram split pairs lr.engram --name two --classes adam,sgdm --test-fraction 0.25",
        "One pair"),
    ],
    body: run)

  private static func run(_ invocation: Invocation) throws(EngramError) {
    let plan = BalancedSplits(repeats: invocation[SplitParameters.repeats], seed: invocation.splitSeed)
    let sets = try sets(invocation)
    try SplitReport.create(
      invocation.specification(.pairs(PairSplits(sets, balanced: invocation.sized(plan)))), invocation)
  }

  /// The sets of class values that are named, each word as the class that is written so.
  private static func sets(_ invocation: Invocation) throws(EngramError) -> [[MetadataValue]]? {
    if invocation[classes].isEmpty { return nil }
    let snapshot = try invocation.snapshot(SharedParameters.storeToChange, asOf: SharedParameters.asOf)
    let label = invocation[SharedParameters.label]
    let known = try snapshot.groups(by: [label])
    var sets: [[MetadataValue]] = []
    for words in invocation[classes] {
      sets.append(try HoldoutSplits.keys(named: words, by: [label], among: known).map { $0[0] })
    }
    return sets
  }
}
