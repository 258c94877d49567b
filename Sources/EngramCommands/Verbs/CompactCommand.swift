// CompactCommand.swift -- `engram compact STORE`.

/// Joins small files.
enum CompactCommand {
  static let command = Command(
    "compact", "join many small appends into few large files",
    discussion: "Example ids, commits and split sets stay. Readers go on reading meanwhile.",
    takes: [SharedParameters.storeToChange, SharedParameters.threads, CommonParameters.json],
    examples: [.init("engram compact lr.engram", "After many small appends")],
    body: notYetWired)
}
