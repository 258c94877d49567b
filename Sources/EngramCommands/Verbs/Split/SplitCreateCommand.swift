// SplitCreateCommand.swift -- `engram split create STORE --spec FILE`.

import Base
import Splits
import TrajectoryStore
import Transfer

/// Makes the splits of a specification.
enum SplitCreateCommand {
  static let file = Parameter.option(
    "spec", .file("FILE.json"), "the specification, as schema/split-specification.schema.json describes it")
  static let like = Parameter.option(
    "like", .text("NAME"), "the specification of this split set of the store, its fields as they are called now")

  static let command = Command(
    "create", "make the splits of a specification in a file",
    discussion: """
      The file holds what determines the splits, or everything that split show --json writes, of which only the \
      specification counts. Every verb of split that makes splits is a short form of this one.
      """,
    takes: [
      SharedParameters.storeToChange, SharedParameters.splitName, file, like, SharedParameters.asOf,
      SharedParameters.waitSeconds, CommonParameters.json,
    ],
    exclusive: [[file, like]],
    examples: [
      .init("engram split create lr.engram --name fig2a --spec fig2a.json", "The splits of a specification"),
      .init(
        "engram split create lr.engram --name again --spec shown.json", "The splits of what split show --json wrote"),
      .init(
        "engram split create lr.engram --name fig2a.2 --like fig2a",
        "A split set made again of the newest data and labels"),
    ],
    body: run)

  private static func run(_ invocation: Invocation) throws(EngramError) {
    if let file = invocation[file] {
      try SplitReport.create(try SplitSpecification(reading: file), invocation)
    } else if let name = invocation[like] {
      let store = try TrajectoryStore(opening: invocation[SharedParameters.storeToChange])
      let (specification, renamed) = try store.specification(
        of: try store.splitSet(name), asOf: invocation[SharedParameters.asOf].map(Int64.init))
      for field in renamed { try invocation.note("note: the field \(field.old) is called \(field.new) now") }
      try SplitReport.create(specification, invocation)
    } else {
      throw invocation.usageError("no specification is named", expected: "--spec FILE.json or --like NAME")
    }
  }
}
