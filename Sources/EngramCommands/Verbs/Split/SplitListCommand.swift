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
    var table = Table(columns: ["name", "kind", "splits", "commit", "sha256"])
    for set in try invocation.open(SharedParameters.store).splitSets() {
      table.append([
        .text(set.name), .text(set.kind), .integer(set.splitCount), .identifier(set.commit), .text(set.sha256),
      ])
    }
    try invocation.show(table, as: invocation.tableFormat)
  }
}
