// SplitRemoveCommand.swift -- `engram split remove STORE NAME`.

/// Removes a split set.
enum SplitRemoveCommand {
  static let name = Parameter.argument(.text("NAME"), "the name of the split set")

  static let command = Command(
    "remove", "remove a split set; the data stay",
    takes: [SharedParameters.storeToChange, name],
    examples: [.init("engram split remove lr.engram fig2a", "Forget a split set")],
    body: notYetWired)
}
