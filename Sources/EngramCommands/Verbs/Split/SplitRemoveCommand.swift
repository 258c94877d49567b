// SplitRemoveCommand.swift -- `engram split remove STORE NAME`.

import Base
import Splits
import TrajectoryStore

/// Removes a split set.
enum SplitRemoveCommand {
  static let name = Parameter.argument(.splitSet(), "the name of the split set")

  static let command = Command(
    "remove", "remove a split set; the data stay",
    takes: [SharedParameters.storeToChange, name, SharedParameters.waitSeconds],
    examples: [.init("engram split remove lr.engram fig2a", "Forget a split set")],
    body: run)

  private static func run(_ invocation: Invocation) throws(EngramError) {
    let store = try invocation.open(SharedParameters.storeToChange)
    try store.removeSplitSet(invocation[name], options: invocation.writeOptions())
    try invocation.note("removed \(invocation[name])")
  }
}
