// RenameFieldCommand.swift -- `engram rename-field STORE OLD NEW`.

import Base
import TrajectoryStore

/// Gives a field another name.
enum RenameFieldCommand {
  static let old = Parameter.argument(.field, "the field")
  static let new = Parameter.argument(.text("NEW"), "its new name")

  static let command = Command(
    "rename-field", "give a field of runs another name",
    discussion:
      "--as-of a commit before shows the old name, and split sets that name it can be made again as of theirs.",
    takes: [
      SharedParameters.storeToChange, old, new, SharedParameters.reason, SharedParameters.author,
      SharedParameters.waitSeconds, CommonParameters.json,
    ],
    examples: [.init("engram rename-field lr.engram lab site", "The field lab is called site from now on")],
    body: run)

  private static func run(_ invocation: Invocation) throws(EngramError) {
    let store = try invocation.open(SharedParameters.storeToChange)
    let commit = try store.renameField(invocation[old], to: invocation[new], options: invocation.editOptions)
    if invocation[CommonParameters.json] {
      try invocation.show(["commit": commit.map { .integer($0) } ?? .null])
    } else {
      try invocation.output.write(
        commit.map { "\(invocation[old]) is now \(invocation[new]), in commit \($0)\n" }
          ?? "nothing to do: the field has that name\n")
    }
  }
}
