// VerifyCommand.swift -- `engram verify STORE`.

/// Reads a whole store and checks it.
enum VerifyCommand {
  static let command = Command(
    "verify", "read a whole store and check every checksum and rule",
    discussion: "Exit code 0 says that all is well, 3 that something is damaged; nothing is changed.",
    takes: [SharedParameters.store, SharedParameters.threads, CommonParameters.json],
    examples: [.init("engram verify lr.engram", "After copying a store to another machine")],
    body: notYetWired)
}
