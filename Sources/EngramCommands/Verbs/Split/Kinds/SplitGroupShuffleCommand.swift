// SplitGroupShuffleCommand.swift -- `engram split group-shuffle STORE`.

import Base
import Splits
import TrajectoryStore

/// Makes splits of whole groups drawn at random.
enum SplitGroupShuffleCommand {
  static let counting = Parameter.option(
    "counting", ValueType<GroupShuffleSplits.Counting>.choice("WHAT"),
    default: GroupShuffleSplits.Counting.groups.rawValue, "what sizes count: groups or examples")

  static let command = Command(
    "group-shuffle", "draw whole groups at random; no run is on both sides",
    discussion: """
      No group is on both sides. Where sizes count groups, the draw is that of scikit-learn's GroupShuffleSplit; where \
      they count examples, the sides come as near to the sizes as whole groups allow. The sizes that were reached are \
      shown. A group is a run unless --by says otherwise.
      """,
    takes: SplitParameters.first + [
      SplitParameters.groups, SplitParameters.repeats, SplitParameters.seed, counting,
    ] + SplitParameters.shuffleSizes + SplitParameters.last,
    exclusive: SplitParameters.shuffleExclusive,
    examples: [
      .init(
        "engram split group-shuffle lr.engram --name runs --test-fraction 0.25",
        "A quarter of the runs, ten times"),
      .init(
        "engram split group-shuffle lr.engram --name size --counting examples --test-count 5184",
        "Runs with 5,184 examples, as nearly as can be"),
    ],
    body: run)

  private static func run(_ invocation: Invocation) throws(EngramError) {
    let sizes = invocation.shuffleSizes
    let plan = GroupShuffleSplits(
      by: invocation[SplitParameters.groups], repeats: invocation[SplitParameters.repeats], seed: invocation.splitSeed,
      counting: invocation[counting], test: sizes.test, train: sizes.train)
    try SplitReport.create(invocation.specification(.groupShuffle(plan)), invocation)
  }
}
