// SplitShowCommand.swift -- `engram split show STORE NAME`.

/// Shows a split set.
enum SplitShowCommand {
  static let name = Parameter.argument(.text("NAME"), "the name of the split set")
  static let indices = Parameter.flag("indices", "show the example ids of both sides of every split")

  static let command = Command(
    "show", "show a split set: how it was made, its sizes, its example ids",
    takes: [SharedParameters.store, name, indices, CommonParameters.json],
    examples: [
      .init("engram split show lr.engram fig2a", "How it was made, and the size of every split"),
      .init("engram split show lr.engram fig2a --json --indices", "The example ids, for a program"),
    ],
    body: notYetWired)
}
