// SplitCommand.swift -- `engram split …`: the verbs about splits.

/// Makes, shows, audits and removes splits.
enum SplitCommand {
  static let command = Command(
    "split", "make, show, audit and remove splits into train and test examples",
    discussion: """
      A split set is stored under a name with its specification and the commit it was made at, and never changes.
      """,
    examples: [
      .init(
        "engram split balanced lr.engram --name fig2a --test-per-class 1296 --train-per-class 3888",
        "The ten balanced splits of the paper"),
      .init("engram split holdout lr.engram --name animal --by architecture", "Each architecture held out in turn"),
    ],
    subcommands: [
      SplitBalancedCommand.command, SplitHoldoutCommand.command, SplitKFoldCommand.command,
      SplitGroupKFoldCommand.command, SplitStratifiedGroupKFoldCommand.command, SplitGroupShuffleCommand.command,
      SplitLeaveOneGroupOutCommand.command, SplitPairsCommand.command, SplitMatchedCommand.command,
      SplitRandomCommand.command,
      SplitByCommitCommand.command, SplitExplicitCommand.command, SplitCreateCommand.command,
      SplitListCommand.command, SplitShowCommand.command, SplitAuditCommand.command, SplitDiffCommand.command,
      SplitRemoveCommand.command,
    ])
}
