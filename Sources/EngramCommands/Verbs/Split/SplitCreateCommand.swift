// SplitCreateCommand.swift -- `engram split create STORE --spec FILE`.

import Base
import Splits
import TrajectoryStore
import Transfer

/// Makes the splits of a specification.
enum SplitCreateCommand {
  static let file = Parameter.required(
    "spec", .file("FILE.json"), "the specification, as schema/split-specification.schema.json describes it")

  static let command = Command(
    "create", "make the splits of a specification in a file",
    discussion: """
      The file holds what determines the splits, or everything that split show --json writes, of which only the \
      specification counts. Every verb of split that makes splits is a short form of this one.
      """,
    takes: [
      SharedParameters.storeToChange, SharedParameters.splitName, file, SharedParameters.asOf,
      SharedParameters.waitSeconds, CommonParameters.json,
    ],
    examples: [
      .init("engram split create lr.engram --name fig2a --spec fig2a.json", "The splits of a specification"),
      .init(
        "engram split create lr.engram --name again --spec shown.json", "The splits of what split show --json wrote"),
    ],
    body: run)

  private static func run(_ invocation: Invocation) throws(EngramError) {
    try SplitReport.create(try SplitSpecification(reading: invocation[file]), invocation)
  }
}
