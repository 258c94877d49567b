// SplitParameters.swift -- parameters that the verbs that make splits share.

import Splits

/// Parameters that the verbs that make splits share.
enum SplitParameters {
  static let repeats = Parameter.option(
    "repeats", .integer(in: 1...100_000), default: "10", "how many splits to draw")
  static let seed = Parameter.option(
    "seed", .integer(in: 0...Int(UInt32.max)), default: "0", "the seed of the random numbers")
  static let shuffleSeed = Parameter.option(
    "seed", .integer(in: 0...Int(UInt32.max)), "shuffle first, with this seed (not shuffled unless given)")
  static let folds = Parameter.option("folds", .integer(in: 2...10_000), default: "5", "how many folds")
  static let groups = Parameter.option(
    "by", .list(of: .field), default: "run_id",
    "the field, or fields, whose value, or tuple of values, names a group")
  static let testPerClass = Parameter.option(
    "test-per-class", .integer(in: 1...Int.max), "how many test examples each class has")
  static let trainPerClass = Parameter.option(
    "train-per-class", .integer(in: 1...Int.max), "how many train examples each class has")
  static let testFraction = Parameter.option(
    "test-fraction", .fraction(),
    "the part of the smallest class that is test (all that is not train where only that has a size, else 0.25)")
  static let trainFraction = Parameter.option(
    "train-fraction", .fraction(), "the part of the smallest class that is train (all that is not test unless given)")
  static let testCount = Parameter.option("test-count", .integer(in: 1...Int.max), "how many are test")
  static let trainCount = Parameter.option("train-count", .integer(in: 1...Int.max), "how many are train")
  static let testPart = Parameter.option(
    "test-fraction", .fraction(),
    "the part that is test (all that is not train where only that has a size, else 0.25)")
  static let trainPart = Parameter.option(
    "train-fraction", .fraction(), "the part that is train (all that is not test unless given)")

  /// What every verb that makes splits takes first.
  static let first: [any DeclaredParameter] = [SharedParameters.storeToChange, SharedParameters.splitName]
  /// What every verb that makes splits of a selection takes last.
  static let last: [any DeclaredParameter] = [
    SharedParameters.filter, SharedParameters.trainFilter, SharedParameters.testFilter, SharedParameters.label,
    SharedParameters.asOf, SharedParameters.waitSeconds, CommonParameters.json,
  ]
  /// The sizes of balanced sides, and which of them exclude each other.
  static let balancedSizes: [any DeclaredParameter] = [testPerClass, trainPerClass, testFraction, trainFraction]
  static let balancedExclusive: [[any DeclaredParameter]] = [
    [testFraction, testPerClass], [trainFraction, trainPerClass],
  ]
  /// The sizes of shuffled sides, and which of them exclude each other.
  static let shuffleSizes: [any DeclaredParameter] = [testCount, trainCount, testPart, trainPart]
  static let shuffleExclusive: [[any DeclaredParameter]] = [[testPart, testCount], [trainPart, trainCount]]
}

extension Invocation {
  /// The seed of random numbers.
  var splitSeed: UInt32 { UInt32(truncatingIfNeeded: self[SplitParameters.seed]) }

  /// The seed to shuffle with, where one is given.
  var shuffleSeed: UInt32? { self[SplitParameters.shuffleSeed].map { UInt32(truncatingIfNeeded: $0) } }

  /// A plan with the sizes that are given in place of its own.
  func sized(_ plan: BalancedSplits) -> BalancedSplits {
    var plan = plan
    // A train size alone leaves the rest to the test side, as in a specification.
    if isGiven(SplitParameters.trainPerClass) || isGiven(SplitParameters.trainFraction) { plan.test = .rest }
    if let count = self[SplitParameters.testPerClass] { plan.test = .perClass(count) }
    if let fraction = self[SplitParameters.testFraction] { plan.test = .fraction(fraction) }
    if let count = self[SplitParameters.trainPerClass] { plan.train = .perClass(count) }
    if let fraction = self[SplitParameters.trainFraction] { plan.train = .fraction(fraction) }
    return plan
  }

  /// The sizes of shuffled sides.
  var shuffleSizes: (test: ShuffleSize?, train: ShuffleSize) {
    let test = self[SplitParameters.testCount].map { ShuffleSize.count($0) }
    let train = self[SplitParameters.trainCount].map { ShuffleSize.count($0) }
    return (
      test ?? self[SplitParameters.testPart].map { .fraction($0) },
      train ?? self[SplitParameters.trainPart].map { .fraction($0) } ?? .rest
    )
  }

  /// A specification of a kind, with the label and the filters that are given.
  func specification(_ kind: SplitSpecification.Kind) -> SplitSpecification {
    SplitSpecification(
      kind, label: self[SharedParameters.label], where: self[SharedParameters.filter],
      trainFilter: self[SharedParameters.trainFilter], testFilter: self[SharedParameters.testFilter])
  }
}
