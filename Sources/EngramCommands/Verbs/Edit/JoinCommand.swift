// JoinCommand.swift -- `engram join STORE TABLE --by FIELD,…`.

import Base
import TrajectoryStore
import Transfer

/// Adds columns of a table to runs that are stored.
enum JoinCommand {
  static let source = Parameter.argument(
    .file("TABLE"), "a CSV, TSV or JSON table with columns that name a run, and columns to add or fill")
  static let by = Parameter.required(
    "by", .list(of: .field), "the columns that name a run: run_id, or fields of the store")
  static let overwrite = Parameter.flag(
    "overwrite", "replace values that are there and differ; what they were stays in the log")
  static let trial = Parameter.flag("dry-run", "only say what would change")

  static let command = Command(
    "join", "add or fill fields of stored runs from a table",
    discussion: """
      A column that is no field yet becomes one, with the type of its values. What a run lacks is filled; a value that \
      differs from what is there is refused unless --overwrite. A row may be about several runs, and several rows may not \
      be about one run. Rows that no run fits, and runs that no row is about, are counted. A column whose name cannot be a \
      field gets one that can, and the index that pandas writes is left out; both are said.
      """,
    takes: [
      SharedParameters.storeToChange, source, by, overwrite, trial, SharedParameters.reason, SharedParameters.author,
      SharedParameters.waitSeconds, CommonParameters.json,
    ],
    examples: [
      .init("engram join lr.engram subjects.csv --by animal,session", "What is known of each session"),
      .init("engram join lr.engram labels.csv --by run_id --overwrite --reason \"second rater\"", "Other labels"),
    ],
    body: run)

  private static func run(_ invocation: Invocation) throws(EngramError) {
    let isTrial = invocation[trial]
    let join = MetadataJoin(source: invocation[source], by: invocation[by], overwrites: invocation[overwrite])
    let store = try invocation.open(SharedParameters.storeToChange)
    let report = try join.run(on: store, isTrial: isTrial, options: invocation.editOptions)
    for note in report.notes { try invocation.note("note: \(note)") }
    if invocation[CommonParameters.json] {
      var object = EditReportText.json(report.edit)
      object["rows"] = .count(report.rows)
      object["rows_unmatched"] = .count(report.unmatchedRows.count)
      object["runs_unmatched"] = .count(report.runsWithoutRow)
      object["notes"] = .array(report.notes.map { .string($0) })
      return try invocation.show(.object(object))
    }
    if let row = report.unmatchedRows.first {
      try invocation.note(
        "\(countText(report.unmatchedRows.count)) of \(countText(report.rows)) rows fit no run, such as row \(row)")
    }
    if report.runsWithoutRow > 0 {
      try invocation.note("\(countText(report.runsWithoutRow)) runs have no row and stay as they are")
    }
    try EditReportText.show(report.edit, isTrial: isTrial, invocation)
  }
}
