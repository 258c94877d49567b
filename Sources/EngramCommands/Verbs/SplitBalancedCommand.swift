// SplitBalancedCommand.swift -- `engram split balanced STORE`.

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
    "test-fraction", .fraction(), "the part of the smallest class that is test; the rest of it is train")
  static let compatibility = Parameter.option(
    "compatibility", ValueType<Compatibility>.choice("RULE"), default: Compatibility.lrIdentify.rawValue,
    "lr-identify: the indices of the published get_splits")

  static let command = Command(
    "balanced", "draw splits with as many examples of each class",
    discussion: "Give --test-per-class and --train-per-class, or --test-fraction.",
    takes: [
      SharedParameters.storeToChange, SharedParameters.splitName, repeats, seed, testPerClass, trainPerClass,
      testFraction, SharedParameters.filter, SharedParameters.trainFilter, SharedParameters.testFilter,
      SharedParameters.label, compatibility, SharedParameters.asOf, CommonParameters.json,
    ],
    exclusive: [
      [testFraction, testPerClass], [testFraction, trainPerClass],
      [SharedParameters.filter, SharedParameters.trainFilter], [SharedParameters.filter, SharedParameters.testFilter],
    ],
    examples: [
      .init(
        "engram split balanced lr.engram --name fig2a --repeats 10 --seed 0 --test-per-class 1296 "
          + "--train-per-class 3888", "The ten splits of the paper, index for index"),
      .init(
        "engram split balanced lr.engram --name deep --test-fraction 0.25 --where \"layer_position = 'deep'\"",
        "Three quarters to a quarter, of the deep layers only"),
    ],
    body: notYetWired)
}
