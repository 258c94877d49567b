// SplitShowCommand.swift -- `engram split show STORE NAME`.

import Base
import Splits
import TrajectoryModel
import TrajectoryStore

/// Shows a split set.
enum SplitShowCommand {
  static let name = Parameter.argument(.splitSet(), "the name of the split set")
  static let indices = Parameter.flag("indices", "show the example ids of both sides of every split")

  static let command = Command(
    "show", "show a split set: how it was made, its sizes, its example ids",
    takes: [SharedParameters.store, name, indices, CommonParameters.json],
    examples: [
      .init("engram split show lr.engram fig2a", "How it was made, and the size of every split"),
      .init("engram split show lr.engram fig2a --json --indices", "The example ids, for a program"),
    ],
    body: run)

  private static func run(_ invocation: Invocation) throws(EngramError) {
    let store = try invocation.open(SharedParameters.store)
    let set = try store.splitSet(invocation[name])
    if invocation[CommonParameters.json] {
      try invocation.show(SplitReport.json(set, indices: invocation[indices]))
      return
    }
    try invocation.output.write(
      """
      \(set.name): \(set.splits.count) \(set.specification.kind.name) splits of commit \(set.commit)
      \(printable(try set.specification.json.text()))
      SHA-256 \(set.sha256)

      """)
    if let summary = try store.splitSets().first(where: { $0.name == set.name }),
      let staleness = try store.staleness(of: summary)
    {
      try invocation.output.write(try StalenessText.line(set.name, staleness, of: store))
    }
    try invocation.show(try SplitReport.table(set, of: try store.snapshot(asOf: set.commit)))
    guard invocation[indices] else { return }
    for split in set.splits {
      for (side, examples) in [("train", split.train), ("test", split.test)] {
        let ids = examples.ids.map(String.init).joined(separator: " ")
        try invocation.output.write("\(split.name) \(side): \(ids)\n")
      }
    }
  }
}
