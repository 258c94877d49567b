// ShuffleSize.swift -- the size of a side of a random split, as scikit-learn's ShuffleSplit understands it.

import Base

/// The size of a side of a random split.
public enum ShuffleSize: Sendable, Hashable {
  /// So many.
  case count(Int)
  /// A fraction of all, rounded up for the test side and down for the train side, as scikit-learn does.
  case fraction(Double)
  /// All that are not on the other side.
  case rest
}

extension ShuffleSize {
  /// The keys of both sides.
  static let keys = ["test_count", "test_fraction", "train_count", "train_fraction"]

  /// The size of the test side where none is given: the rest where the train side has one, and else a quarter.
  static func test(_ given: ShuffleSize?, beside train: ShuffleSize) -> ShuffleSize {
    given ?? (train == .rest ? .fraction(0.25) : .rest)
  }

  /// Reads the size of a side, or nil when it is not given.
  static func read(_ side: String, in object: JSONObject) throws(EngramError) -> ShuffleSize? {
    try object.optionalSize(
      "\(side)_count", "\(side)_fraction", count: { .count($0) }, fraction: { .fraction($0) })
  }

  func write(_ side: String, to object: inout JSONObject) {
    switch self {
    case .count(let count): object["\(side)_count"] = .integer(Int64(count))
    case .fraction(let fraction): object["\(side)_fraction"] = .real(fraction)
    case .rest: break
    }
  }

  /// Checks the sizes of both sides, of which one at most is the rest.
  static func check(test: ShuffleSize, train: ShuffleSize) throws(EngramError) {
    for (side, size) in [("test", test), ("train", train)] {
      switch size {
      case .count(let count): try Choices.check(count: count, "\(side)_count")
      case .fraction(let fraction): try Choices.check(fraction: fraction, "\(side)_fraction")
      case .rest: break
      }
    }
    guard test != .rest || train != .rest else {
      throw EngramError(
        .usage, "the size of the test side is missing", place: "key \"test_fraction\"",
        expected: "test_count or test_fraction")
    }
  }

  /// The numbers of things on both sides.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` when there are too few.
  static func counts(
    test: ShuffleSize, train: ShuffleSize, of all: Int, _ things: String
  ) throws(EngramError) -> (test: Int, train: Int) {
    // A count is any number of a file, so nothing is added up before it is known to be small enough.
    let testCount = test == .rest ? all - min(all, train.count(of: all, .down)) : test.count(of: all, .up)
    let trainCount = train == .rest ? all - min(all, testCount) : train.count(of: all, .down)
    guard testCount >= 1, trainCount >= 1, testCount <= all, trainCount <= all - testCount else {
      throw EngramError(
        .invalidData, "there are too few \(things) for both sides",
        expected: "\(max(1, testCount)) to test on and \(max(1, trainCount)) to train on", found: "\(all)",
        mend: "ask for smaller sides, or loosen the filter")
    }
    return (testCount, trainCount)
  }

  private func count(of all: Int, _ rounding: FloatingPointRoundingRule) -> Int {
    switch self {
    case .count(let count): count
    case .fraction(let fraction): Int((fraction * Double(all)).rounded(rounding))
    case .rest: all
    }
  }
}
