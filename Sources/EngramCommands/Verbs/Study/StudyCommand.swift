// StudyCommand.swift -- `engram study …`: plans that make results.

/// Does studies, lists their tasks, writes new ones.
enum StudyCommand {
  static let command = Command(
    "study", "make the results of a study, such as every figure of the paper",
    discussion: """
      A study is a plan as data: experiments (splits, statistics, views, classifiers) and the figures that are drawn from \
      them. `engram study STORE STUDY` is short for `engram study make STORE STUDY`; a store with the name of a command is \
      written as ./NAME.
      """,
    examples: [
      .init("engram study lr.engram paper", "Everything that the figures of the paper need"),
      .init("engram study lr.engram paper --only 2a,4b", "What two figures need"),
    ],
    subcommands: [StudyMakeCommand.command, StudyRunCommand.command, StudyNewCommand.command],
    default: "make")
}
