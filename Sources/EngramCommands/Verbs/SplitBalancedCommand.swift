// SplitBalancedCommand.swift -- `engram split balanced STORE`.

import Splits
import TrajectoryModel
import TrajectoryStore

/// Makes balanced splits.
enum SplitBalancedCommand {
  /// Whose splits come out, index for index.
  enum Compatibility: String, Sendable, CaseIterable {
    /// The published `get_splits`.
    case lrIdentify = "lr-identify"
  }

  static let repeats = Parameter.option(
    "repeats", .integer(in: 1...1_000_000), default: "10", "how many splits to draw")
  static let seed = Parameter.option(
    "seed", .integer(in: 0...Int(UInt32.max)), default: "0", "the seed of the random numbers")
  static let testPerClass = Parameter.option(
    "test-per-class", .integer(in: 1...Int.max), "how many test examples each class has")
  static let trainPerClass = Parameter.option(
    "train-per-class", .integer(in: 1...Int.max), "how many train examples each class has")
  static let testFraction = Parameter.option(
    "test-fraction", .fraction(), "the part of the smallest class that is test (0.25 unless a size is given)")
  static let trainFraction = Parameter.option(
    "train-fraction", .fraction(), "the part of the smallest class that is train (all that is not test unless given)")
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
    takes: [
      SharedParameters.storeToChange, SharedParameters.splitName, repeats, seed, testPerClass, trainPerClass,
      testFraction, trainFraction, SharedParameters.filter, SharedParameters.trainFilter, SharedParameters.testFilter,
      SharedParameters.label, compatibility, SharedParameters.asOf, SharedParameters.waitSeconds, CommonParameters.json,
    ],
    exclusive: [[testFraction, testPerClass], [trainFraction, trainPerClass]],
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
    var plan = BalancedSplits(
      repeats: invocation[repeats], seed: UInt32(truncatingIfNeeded: invocation[seed]))
    if let count = invocation[testPerClass] { plan.test = .perClass(count) }
    if let fraction = invocation[testFraction] { plan.test = .fraction(fraction) }
    if let count = invocation[trainPerClass] { plan.train = .perClass(count) }
    if let fraction = invocation[trainFraction] { plan.train = .fraction(fraction) }
    try SplitReport.create(
      SplitSpecification(
        .balanced(plan), label: invocation[SharedParameters.label], where: invocation[SharedParameters.filter],
        trainFilter: invocation[SharedParameters.trainFilter], testFilter: invocation[SharedParameters.testFilter]),
      invocation)
  }
}
