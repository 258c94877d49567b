// WidenFieldCommand.swift -- `engram widen-field STORE FIELD TYPE`.

import Base
import TrajectoryModel
import TrajectoryStore

/// Gives a field a wider type.
enum WidenFieldCommand {
  static let field = Parameter.argument(.field, "the field")
  static let type = Parameter.argument(
    ValueType<MetadataType>.choice("TYPE"), "its new type: real for whole numbers, text for anything")

  static let command = Command(
    "widen-field", "give a field of runs a wider type",
    discussion: """
      Whole numbers become real numbers, and anything becomes text, so that a later batch fits. A type is never made \
      narrower. --as-of a commit before shows the old type and values.
      """,
    takes: [
      SharedParameters.storeToChange, field, type, SharedParameters.reason, SharedParameters.author,
      SharedParameters.waitSeconds, CommonParameters.json,
    ],
    examples: [.init("engram widen-field lr.engram age real", "A later batch has an age of 3.5")],
    body: run)

  private static func run(_ invocation: Invocation) throws(EngramError) {
    let store = try invocation.open(SharedParameters.storeToChange)
    let commit = try store.widenField(invocation[field], to: invocation[type], options: invocation.editOptions)
    if invocation[CommonParameters.json] {
      try invocation.show(["commit": commit.map { .integer($0) } ?? .null])
    } else {
      try invocation.output.write(
        commit.map { "\(invocation[field]) is now \(invocation[type].rawValue), in commit \($0)\n" }
          ?? "nothing to do: the field has that type\n")
    }
  }
}
