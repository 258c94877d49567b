// RandomSplits.swift -- examples drawn at random whatever their class, as scikit-learn's ShuffleSplit draws them.

import Base
import TrajectoryModel

/// Splits drawn at random from all selected examples, whatever their class and their run.
///
/// The draw is that of scikit-learn's `ShuffleSplit(random_state=seed)`, index for index.
public struct RandomSplits: Sendable, Hashable {
  /// The number of splits.
  public var repeats: Int
  /// The seed of NumPy's legacy generator, which draws all splits one after the other.
  public var seed: UInt32
  /// The size of the test side; `rest` only beside a train side that has a size.
  public var test: ShuffleSize
  /// The size of the train side.
  public var train: ShuffleSize

  /// Makes a plan; without a size of the test side it is what the train side leaves, or a quarter where that has none either.
  public init(repeats: Int = 10, seed: UInt32 = 0, test: ShuffleSize? = nil, train: ShuffleSize = .rest) {
    self.repeats = repeats
    self.seed = seed
    self.test = ShuffleSize.test(test, beside: train)
    self.train = train
  }
}

extension RandomSplits: SplitPlan {
  static let kind = "random"
  static let keys = ["repeats", "seed"] + ShuffleSize.keys

  init(reading object: JSONObject) throws(EngramError) {
    self.init(
      repeats: try object.optionalCount("repeats") ?? 10, seed: try object.optionalSeed() ?? 0,
      test: try ShuffleSize.read("test", in: object),
      train: try ShuffleSize.read("train", in: object) ?? .rest)
  }

  func write(to object: inout JSONObject) {
    object["repeats"] = .integer(Int64(repeats))
    object["seed"] = .integer(Int64(seed))
    test.write("test", to: &object)
    train.write("train", to: &object)
  }

  func check() throws(EngramError) {
    try Choices.check(repeats: repeats)
    try ShuffleSize.check(test: test, train: train)
  }

  func makeSplits(_ source: SplitSource, _ receive: (Split) throws(EngramError) -> Void) throws(EngramError) {
    var random = RandomState(seed: seed)
    let count = source.selected.count
    let sizes = try ShuffleSize.counts(test: test, train: train, of: count, "examples")
    for index in 0..<repeats {
      let isRest = train == .rest
      let drawn = random.choices(of: sizes.test, then: isRest ? 0 : sizes.train, among: count)
      try receive(
        try source.split(
          String(index), testing: source.selected.members(at: drawn.first),
          among: isRest ? nil : source.selected.members(at: drawn.second)))
    }
  }
}
