// MigrateCommand.swift -- `engram migrate STORE`.

import Base
import TrajectoryStore

/// Brings a store of an older format over.
enum MigrateCommand {
  static let command = Command(
    "migrate", "bring a store of an older format over",
    discussion: """
      Ids, values, commits, split sets and results stay as they are. The new catalog is made beside the old one and \
      checked before it takes its place, so a migration that is cut short leaves the store as it was.
      """,
    takes: [SharedParameters.storeToChange, SharedParameters.waitSeconds, CommonParameters.json],
    examples: [.init("engram migrate lr.engram", "After the program refused the store for its format")],
    body: run)

  private static func run(_ invocation: Invocation) throws(EngramError) {
    let path = invocation[SharedParameters.storeToChange]
    let report = try TrajectoryStore.migrate(at: path, options: invocation.writeOptions())
    if invocation[CommonParameters.json] {
      try invocation.show(["version_before": .count(report.versionBefore), "version": .count(report.version)])
    } else if report.versionBefore == report.version {
      try invocation.output.write("nothing to do: the store is of format \(report.version) already\n")
    } else {
      try invocation.output.write("brought from format \(report.versionBefore) to format \(report.version)\n")
    }
  }
}
