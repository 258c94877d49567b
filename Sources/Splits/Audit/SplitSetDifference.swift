// SplitSetDifference.swift -- what differs between two split sets.

public import Base
import TrajectoryModel

/// What differs between two split sets of one store.
public struct SplitSetDifference: Sendable, Hashable {
  /// One key of the specifications that differs; nil where a side has none.
  public struct Choice: Sendable, Hashable {
    /// The key of the JSON form.
    public let key: String
    /// The value on each side.
    public let first: JSONValue?, second: JSONValue?
  }

  /// How the examples of one side of one split differ.
  public struct Side: Sendable, Hashable {
    /// Examples that both have, that only the first has, and that only the second has.
    public let shared: Int, onlyFirst: Int, onlySecond: Int
    /// Whether there is no difference.
    public var isEqual: Bool { onlyFirst == 0 && onlySecond == 0 }

    init(_ first: ExampleSet, _ second: ExampleSet) {
      shared = first.intersection(second).count
      onlyFirst = first.count - shared
      onlySecond = second.count - shared
    }
  }

  /// How the splits of one number differ.
  public struct Pair: Sendable, Hashable {
    /// The names of the two.
    public let first: String, second: String
    /// How their sides differ.
    public let train: Side, test: Side
    /// Train examples of the first that the second tests on.
    public let trainThenTest: Int
    /// Whether there is no difference.
    public var isEqual: Bool { train.isEqual && test.isEqual }
  }

  /// The choices that differ.
  public let choices: [Choice]
  /// The commits, where they differ.
  public let commits: [Int64]
  /// The numbers of splits.
  public let firstCount: Int, secondCount: Int
  /// The splits that both sets have a number for, in order.
  public let pairs: [Pair]

  /// Whether all index arrays are equal.
  public var hasEqualSplits: Bool { firstCount == secondCount && pairs.allSatisfy(\.isEqual) }

  /// Compares two split sets.
  public init(_ first: SplitSet, _ second: SplitSet) {
    let (one, two) = (Self.members(first), Self.members(second))
    choices = (one.keys + two.keys.filter { one[$0] == nil }).compactMap { key in
      one[key] == two[key] ? nil : Choice(key: key, first: one[key], second: two[key])
    }
    commits = first.commit == second.commit ? [] : [first.commit, second.commit]
    (firstCount, secondCount) = (first.splits.count, second.splits.count)
    pairs = zip(first.splits, second.splits).map { a, b in
      Pair(
        first: a.name, second: b.name, train: Side(a.train, b.train), test: Side(a.test, b.test),
        trainThenTest: a.train.intersection(b.test).count)
    }
  }

  private static func members(_ set: SplitSet) -> JSONObject {
    guard case .object(let object) = set.specification.json else { return JSONObject() }
    return object
  }
}
