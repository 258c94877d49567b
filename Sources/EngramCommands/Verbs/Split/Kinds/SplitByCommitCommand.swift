// SplitByCommitCommand.swift -- `engram split by-commit STORE`.

import Base
import Splits
import TrajectoryStore

/// Makes a split by time of arrival.
enum SplitByCommitCommand {
  static let commit = Parameter.required(
    "commit", .integer(in: 1...Int.max, "COMMIT"), "the last commit whose examples are trained on")

  static let command = Command(
    "by-commit", "train on what a commit held, test on what came after",
    discussion: """
      The examples that were there after the commit are the train side, later ones the test side.
      """,
    takes: SplitParameters.first + [commit] + SplitParameters.last,
    examples: [
      .init(
        "engram split by-commit lr.engram --name newer --commit 1",
        "Train on the first ingest, test on the rest")
    ],
    body: run)

  private static func run(_ invocation: Invocation) throws(EngramError) {
    let plan = CommitSplits(commit: Int64(invocation[commit]))
    try SplitReport.create(invocation.specification(.byCommit(plan)), invocation)
  }
}
