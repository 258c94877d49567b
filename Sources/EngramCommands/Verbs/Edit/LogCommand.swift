// LogCommand.swift -- `engram log STORE`.

import Base
import TrajectoryModel
import TrajectoryStore

/// Lists the commits of a store.
enum LogCommand {
  static let command = Command(
    "log", "list the commits of a store: who did what, when and why",
    takes: [SharedParameters.store, CommonParameters.json, CommonParameters.csv],
    exclusive: [[CommonParameters.json, CommonParameters.csv]],
    examples: [.init("engram log lr.engram", "Every change, oldest first")],
    body: run)

  private static func run(_ invocation: Invocation) throws(EngramError) {
    var table = Table(columns: ["commit", "time", "author", "operation", "message", "reason", "example_end"])
    for commit in try invocation.open(SharedParameters.store).log() {
      table.append([
        .identifier(commit.id), .text(commit.time), .text(commit.author), .text(commit.operation),
        .text(commit.message), TableCell(commit.reason.map { MetadataValue.text($0) } ?? .null),
        .integer(Int(commit.exampleEnd)),
      ])
    }
    try invocation.show(table, as: invocation.tableFormat)
  }
}
