// SplitRandomCommand.swift -- `engram split random STORE`.

import Base
import Splits
import TrajectoryStore

/// Makes splits of examples drawn at random.
enum SplitRandomCommand {
  static let command = Command(
    "random", "draw examples at random, whatever their class and run",
    discussion: """
      The draw is that of scikit-learn's ShuffleSplit, index for index. Layers of one network come to lie on both \
      sides; split group-shuffle keeps them together.
      """,
    takes: SplitParameters.first + [SplitParameters.repeats, SplitParameters.seed] + SplitParameters.shuffleSizes
      + SplitParameters.last,
    exclusive: SplitParameters.shuffleExclusive,
    examples: [
      .init(
        "engram split random lr.engram --name random --test-fraction 0.25",
        "A quarter of the examples, ten times")
    ],
    body: run)

  private static func run(_ invocation: Invocation) throws(EngramError) {
    let sizes = invocation.shuffleSizes
    let plan = RandomSplits(
      repeats: invocation[SplitParameters.repeats], seed: invocation.splitSeed, test: sizes.test, train: sizes.train)
    try SplitReport.create(invocation.specification(.random(plan)), invocation)
  }
}
