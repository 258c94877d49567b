// ExplicitSplits.swift -- sides that the user lists.

import Base
import TrajectoryModel
import TrajectoryStore

/// Splits whose sides the user lists as example ids, such as those that another program drew.
public struct ExplicitSplits: Sendable, Hashable {
  /// The splits, in order, each with a name of its own.
  public var splits: [Split]

  /// Makes a plan.
  public init(_ splits: [Split]) { self.splits = splits }
}

extension ExplicitSplits: SplitPlan {
  static let kind = "explicit"
  static let keys = ["splits"]

  init(reading object: JSONObject) throws(EngramError) {
    let list = try object.array("splits")
    var splits: [Split] = []
    for (index, value) in list.enumerated() {
      do throws(EngramError) {
        let member = try value.asObject()
        try member.checkKeys(["name", "train", "test"])
        splits.append(
          Split(
            name: try member.optionalText("name") ?? String(index), train: try Self.ids("train", in: member),
            test: try Self.ids("test", in: member)))
      } catch {
        throw error.inSplit(index)
      }
    }
    self.init(splits)
  }

  /// A list of ids; a pair in brackets is a range with both ends.
  private static func ids(_ key: String, in object: JSONObject) throws(EngramError) -> ExampleSet {
    var ranges: [Range<Int64>] = []
    var count = 0
    for value in try object.array(key) {
      let (first, last): (Int64, Int64)
      if case .array(let ends) = value {
        guard ends.count == 2, try ends[0].asInteger() <= ends[1].asInteger() else {
          throw EngramError(
            .usage, "a range of ids is its first and its last", place: "key \"\(key)\"", expected: "such as [0, 99]")
        }
        (first, last) = (try ends[0].asInteger(), try ends[1].asInteger())
      } else {
        first = try value.asInteger()
        last = first
      }
      guard first >= 0, last < 1 << 48 else {
        throw EngramError(
          .usage, "this is no example id", place: "key \"\(key)\"", expected: "0 to 2^48 - 1",
          found: "\(first < 0 ? first : last)")
      }
      ranges.append(first..<(last + 1))
      // Past the number of ids that there are, some are listed twice; a longer sum could overflow.
      if count <= 1 << 48 { count += Int(last - first + 1) }
    }
    let set = ExampleSet(ranges)
    guard set.count == count else {
      throw EngramError(
        .usage, "an example is listed twice on one side", place: "key \"\(key)\"",
        expected: "each id once", found: "\(count) ids, \(set.count) of them different")
    }
    return set
  }

  func write(to object: inout JSONObject) {
    func list(_ set: ExampleSet) -> JSONValue {
      .array(
        set.ranges.map { range in
          range.count == 1
            ? .integer(range.lowerBound) : .array([.integer(range.lowerBound), .integer(range.upperBound - 1)])
        })
    }
    object["splits"] = .array(
      splits.map { split in
        var member = JSONObject()
        member["name"] = .string(split.name)
        member["train"] = list(split.train)
        member["test"] = list(split.test)
        return .object(member)
      })
  }

  func check() throws(EngramError) {
    guard (1...Choices.mostSplits).contains(splits.count) else {
      throw EngramError(
        .usage, "the number of splits is out of range", place: "key \"splits\"", expected: "1 to \(Choices.mostSplits)",
        found: "\(splits.count)")
    }
    // Two names that Unicode has equal are two names.
    var names: Set<[UInt8]> = []
    for (index, split) in splits.enumerated() {
      guard names.insert(Array(split.name.utf8)).inserted else {
        throw EngramError(
          .usage, "two splits have one name", place: "split \(index)", expected: "a name of its own",
          found: "'\(split.name)'")
      }
      guard !split.train.isEmpty, !split.test.isEmpty else {
        throw EngramError(
          .usage, "a side of a split cannot be empty", place: "split \(index)",
          expected: "at least one example to \(split.test.isEmpty ? "test" : "train") on", found: "none")
      }
      let both = split.train.intersection(split.test)
      guard let shared = both.ranges.first?.lowerBound else { continue }
      throw EngramError(
        .usage, "examples are on both sides", place: "split \(index)", expected: "no example on both sides",
        found: "\(both.count), such as \(shared)", mend: "take them from one side")
    }
  }

  func makeSplits(_ source: SplitSource, _ receive: (Split) throws(EngramError) -> Void) throws(EngramError) {
    let end = source.snapshot.exampleEnd
    for (index, split) in splits.enumerated() {
      let last = max(split.train.ranges.last?.upperBound ?? 0, split.test.ranges.last?.upperBound ?? 0)
      guard last <= end else {
        throw EngramError(
          .notFound, "there is no such example", place: "split \(index)", expected: "ids from 0 to \(end - 1)",
          found: "\(last - 1)", mend: "take ids from a selection of this store")
      }
      let absent = split.train.union(split.test).subtracting(source.snapshot.allExamples)
      if let first = absent.ranges.first?.lowerBound {
        throw EngramError(
          .notFound, "an example is hidden or was removed", place: "split \(index)", found: "\(first)",
          mend: "leave it out, or show it again")
      }
      try receive(split)
    }
  }
}

extension EngramError {
  /// The same error, in a split of a list.
  func inSplit(_ index: Int) -> EngramError {
    var copy = self
    copy.place = "split \(index)" + (place.map { ", \($0)" } ?? "")
    return copy
  }
}
