// SplitListCommand.swift -- `engram split list STORE`.

/// Lists the split sets of a store.
enum SplitListCommand {
  static let command = Command(
    "list", "list the split sets of a store",
    takes: [SharedParameters.store, CommonParameters.json, CommonParameters.csv],
    exclusive: [[CommonParameters.json, CommonParameters.csv]],
    examples: [.init("engram split list lr.engram", "Names, kinds, sizes and hashes")],
    body: notYetWired)
}
