// EngramCommand.swift -- the top of the tree of commands.

/// The `engram` command with all its verbs.
package let engramCommand = Command(
  "engram", "a store and query tool for trajectories recorded while neural networks learn",
  discussion: """
    Results go to standard output; progress, notes and errors to standard error. Exit codes: 0 done, 1 failed, 2 bad \
    usage, 3 bad data; 129, 130 and 143 stopped by a signal (130 by Ctrl-C), 141 output closed.
    """,
  examples: [
    .init("engram ingest dataset.pkl lr.engram", "Bring the published data set into a new store"),
    .init("engram info lr.engram", "See what is in it"),
    .init(
      "engram split balanced lr.engram --name fig2a --test-per-class 1296 --train-per-class 3888",
      "Draw the ten splits of the paper"),
    .init("engram export lr.engram --split fig2a/0 -o split0.npz", "Write the first of them for NumPy"),
    .init(
      "engram classify lr.engram --split fig2a --model random-forest --positions",
      "Train and test a forest on all of them"),
  ],
  subcommands: [
    IngestCommand.command, ObserveCommand.command, TrainCommand.command, IngestMetricsCommand.command,
    InfoCommand.command,
    SelectCommand.command, SQLCommand.command,
    SplitCommand.command, ExportCommand.command, ClassifyCommand.command, ResultsCommand.command,
    CompareCommand.command, PlotCommand.command, StudyCommand.command, FigureCommand.command,
    ReportCommand.command,
    IngestResultsCommand.command, PredictCommand.command, IdentifyCommand.command, EditCommand.command,
    JoinCommand.command, HideCommand.hide, HideCommand.unhide, RenameFieldCommand.command, WidenFieldCommand.command,
    LogCommand.command,
    DiffCommand.command, PurgeCommand.command, RecordCommand.command, CompactCommand.command,
    MergeCommand.command, VerifyCommand.command, MigrateCommand.command,
    CompletionCommand.command, VersionCommand.command, HelpCommand.command,
  ],
  takes: [CommonParameters.version])
