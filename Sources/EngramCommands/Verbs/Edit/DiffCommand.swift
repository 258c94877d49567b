// DiffCommand.swift -- `engram diff STORE A B`.

import Base
import TrajectoryModel
import TrajectoryStore

/// Says what differs between two commits.
enum DiffCommand {
  static let first = Parameter.argument(.integer(in: 1...Int.max, "A"), "the number of the earlier commit")
  static let last = Parameter.argument(.integer(in: 1...Int.max, "B"), "the number of the later commit")

  static let command = Command(
    "diff", "say what differs between two commits of a store",
    takes: [SharedParameters.store, first, last, CommonParameters.json],
    examples: [.init("engram diff lr.engram 3 7", "What commits 4 to 7 changed")],
    body: run)

  /// Changed values that people are shown; programs get all.
  private static let shown = 40

  private static func run(_ invocation: Invocation) throws(EngramError) {
    let store = try invocation.open(SharedParameters.store)
    let difference = try store.difference(from: Int64(invocation[first]), to: Int64(invocation[last]))
    if invocation[CommonParameters.json] { return try invocation.show(json(difference)) }
    var lines: [String] = []
    for commit in difference.commits {
      let reason = commit.reason.map { " (\($0))" } ?? ""
      lines.append("commit \(commit.id), \(commit.operation) by \(commit.author): \(commit.message)\(reason)")
    }
    for (word, examples) in [
      ("added", difference.added), ("hidden", difference.hidden), ("shown again", difference.shown),
    ] where !examples.isEmpty {
      lines.append("\(word): \(countText(examples.count)) examples, \(text(examples))")
    }
    for field in difference.newFields { lines.append("new field: \(field.name) (\(field.type.rawValue))") }
    for field in difference.changedFields {
      lines.append(
        "field \(field.before.name) (\(field.before.type.rawValue)) is \(field.after.name) (\(field.after.type.rawValue))"
      )
    }
    if lines.isEmpty { lines = ["nothing differs"] }
    try invocation.output.write(lines.map { printable($0) + "\n" }.joined())
    guard !difference.values.isEmpty else { return }
    var table = Table(columns: ["run", "field", "before", "after"])
    for value in difference.values.prefix(shown) {
      table.append([.identifier(value.run), .text(value.field), TableCell(value.before), TableCell(value.after)])
    }
    try invocation.show(table)
    if difference.values.count > shown {
      try invocation.output.write("and \(countText(difference.values.count - shown)) more values\n")
    }
  }

  /// The first ranges of a set of examples.
  private static func text(_ examples: ExampleSet) -> String {
    let most = 8
    let ranges = examples.ranges.prefix(most).map { range in
      range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound - 1)"
    }
    return ranges.joined(separator: ", ") + (examples.ranges.count > most ? ", …" : "")
  }

  private static func json(_ difference: StoreDifference) -> JSONValue {
    func ranges(_ examples: ExampleSet) -> JSONValue {
      .array(examples.ranges.map { [.integer($0.lowerBound), .integer($0.upperBound)] })
    }
    func field(_ field: MetadataField) -> JSONValue {
      ["name": .string(field.name), "type": .string(field.type.rawValue)]
    }
    return [
      "commits": .array(difference.commits.map { .integer($0.id) }), "added": ranges(difference.added),
      "hidden": ranges(difference.hidden), "shown": ranges(difference.shown),
      "values": .array(
        difference.values.map {
          [
            "run": .integer($0.run), "field": .string($0.field), "before": TableCell($0.before).json,
            "after": TableCell($0.after).json,
          ]
        }),
      "new_fields": .array(difference.newFields.map(field)),
      "changed_fields": .array(
        difference.changedFields.map { ["before": field($0.before), "after": field($0.after)] }),
    ]
  }
}
