// IngestResultsCommand.swift -- `engram ingest-results STORE FILE`.

import Base
import Studies
import TrajectoryStore

/// Brings published results into a store.
enum IngestResultsCommand {
  static let source = Parameter.argument(.file("FILE.pkl"), "a pickle of saved_classifier_results")

  static let command = Command(
    "ingest-results", "bring published results of classifiers into a store",
    discussion: """
      Reads what the published code saves: confusion matrices of train and test side, chosen parameters, importances. \
      They are then seen beside our own with `engram results`. The pickle is read as data: nothing in it is executed, and \
      a file that was saved with its models is refused.
      """,
    takes: [SharedParameters.storeToChange, source, SharedParameters.waitSeconds, CommonParameters.json],
    examples: [
      .init("engram ingest-results lr.engram saved_classifier_results.pkl", "Published results beside our own")
    ],
    body: run)

  private static func run(_ invocation: Invocation) throws(EngramError) {
    let store = try invocation.open(SharedParameters.storeToChange)
    let results = try store.importResults(from: invocation[source], options: invocation.writeOptions())
    if invocation[CommonParameters.json] { return try invocation.show(.object(ResultsReport.json(results))) }
    try ResultsReport.show(results, invocation)
  }
}
