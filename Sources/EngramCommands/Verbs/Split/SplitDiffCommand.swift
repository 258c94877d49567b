// SplitDiffCommand.swift -- `engram split diff STORE A B`.

import Base
import Splits
import TrajectoryStore

/// Says what differs between two split sets.
enum SplitDiffCommand {
  static let first = Parameter.argument(.splitSet("A"), "the name of a split set")
  static let second = Parameter.argument(.splitSet("B"), "the name of another")

  static let command = Command(
    "diff", "say what differs between two split sets",
    discussion: "Compares the specifications, the commits, and split by split the examples of each side.",
    takes: [SharedParameters.store, first, second, CommonParameters.json],
    examples: [.init("engram split diff lr.engram fig2a fig2a-new", "What a further ingest changed")],
    body: run)

  private static func run(_ invocation: Invocation) throws(EngramError) {
    let store = try invocation.open(SharedParameters.store)
    let difference = SplitSetDifference(
      try store.splitSet(invocation[first]), try store.splitSet(invocation[second]))
    if invocation[CommonParameters.json] { return try invocation.show(json(difference)) }
    var choices = Table(columns: ["choice", invocation[first], invocation[second]])
    for choice in difference.choices {
      choices.append([.text(choice.key), try cell(choice.first), try cell(choice.second)])
    }
    if !difference.commits.isEmpty {
      choices.append([.text("commit")] + difference.commits.map { .identifier($0) })
    }
    if difference.firstCount != difference.secondCount {
      choices.append([.text("number of splits"), .integer(difference.firstCount), .integer(difference.secondCount)])
    }
    if !choices.rows.isEmpty { try invocation.show(choices) }
    if difference.hasEqualSplits { return try invocation.output.write("the splits are equal, example by example\n") }
    var table = Table(columns: ["split", "side", "shared", "only \(invocation[first])", "only \(invocation[second])"])
    for pair in difference.pairs where !pair.isEqual {
      let name = pair.first == pair.second ? pair.first : "\(pair.first) and \(pair.second)"
      for (side, counts) in [("train", pair.train), ("test", pair.test)] {
        table.append([
          .text(name), .text(side), .integer(counts.shared), .integer(counts.onlyFirst), .integer(counts.onlySecond),
        ])
      }
    }
    try invocation.show(table)
    let equal = difference.pairs.count { $0.isEqual }
    try invocation.output.write("\(equal) of \(difference.pairs.count) splits are equal\n")
  }

  private static func cell(_ value: JSONValue?) throws(EngramError) -> TableCell {
    guard let value else { return .missing }
    return .text(try value.text())
  }

  private static func json(_ difference: SplitSetDifference) -> JSONValue {
    func side(_ side: SplitSetDifference.Side) -> JSONValue {
      ["shared": .count(side.shared), "only_first": .count(side.onlyFirst), "only_second": .count(side.onlySecond)]
    }
    return [
      "equal": .bool(difference.hasEqualSplits),
      "choices": .array(
        difference.choices.map {
          ["key": .string($0.key), "first": $0.first ?? .null, "second": $0.second ?? .null]
        }), "commits": .array(difference.commits.map { .integer($0) }),
      "split_counts": .array([.count(difference.firstCount), .count(difference.secondCount)]),
      "splits": .array(
        difference.pairs.map {
          [
            "first": .string($0.first), "second": .string($0.second), "equal": .bool($0.isEqual),
            "train": side($0.train), "test": side($0.test), "train_then_test": .count($0.trainThenTest),
          ]
        }),
    ]
  }
}
