// SplitListCommand.swift -- `engram split list STORE`.

import Base
import Splits
import TrajectoryStore

/// Lists the split sets of a store.
enum SplitListCommand {
  static let command = Command(
    "list", "list the split sets of a store",
    takes: [SharedParameters.store, CommonParameters.json, CommonParameters.csv],
    exclusive: [[CommonParameters.json, CommonParameters.csv]],
    examples: [.init("engram split list lr.engram", "Names, kinds, sizes and hashes")],
    body: run)

  private static func run(_ invocation: Invocation) throws(EngramError) {
    let store = try invocation.open(SharedParameters.store)
    let isForPeople = invocation.tableFormat == .table
    var table = Table(columns: ["name", "kind", "splits", "commit", "sha256"] + (isForPeople ? [] : ["stale"]))
    var notes: [String] = []
    for set in try store.splitSets() {
      let staleness = try store.staleness(of: set)
      if let staleness { notes.append(try StalenessText.line(set.name, staleness, of: store)) }
      let stale: [TableCell] = isForPeople ? [] : [staleness.map { .text($0.sentence) } ?? .missing]
      table.append(
        [.text(set.name), .text(set.kind), .integer(set.splitCount), .identifier(set.commit), .text(set.sha256)] + stale
      )
    }
    try invocation.show(table, as: invocation.tableFormat)
    if isForPeople { for note in notes { try invocation.output.write(note) } }
  }
}
