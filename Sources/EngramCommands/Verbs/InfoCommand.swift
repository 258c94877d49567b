// InfoCommand.swift -- `engram info STORE`.

/// Shows what is in a store.
enum InfoCommand {
  static let command = Command(
    "info", "show what is in a store",
    discussion: "Counts, fields with their values, layers, statistics, epochs, files, commits and split sets.",
    takes: [SharedParameters.store, SharedParameters.filter, SharedParameters.asOf, CommonParameters.json],
    examples: [
      .init("engram info lr.engram", "Everything at a glance"),
      .init("engram info lr.engram --where \"task = 'cifar10'\"", "The part of it that was trained on CIFAR-10"),
    ],
    body: notYetWired)
}
