// EditReportText.swift -- how the verbs that change runs say what changed.

import Base
import TrajectoryModel
import TrajectoryStore

/// How the verbs that change runs say what changed.
enum EditReportText {
  /// Lines of changes that people are shown; programs get all.
  private static let shown = 40

  /// The report for a program.
  static func json(_ report: EditReport) -> JSONObject {
    [
      "commit": report.commit.map { .integer($0) } ?? .null, "runs_selected": .count(report.runsSelected),
      "runs_changed": .count(report.runsChanged),
      "changes": .array(
        report.changes.map {
          [
            "field": .string($0.field), "before": TableCell($0.before).json, "after": TableCell($0.after).json,
            "runs": .count($0.runs),
          ]
        }),
      "new_fields": .array(
        report.newFields.map { ["name": .string($0.name), "type": .string($0.type.rawValue)] }),
      "first_new_example": report.newExamples.map { .integer($0.lowerBound) } ?? .null,
      "hidden_examples": .count(report.hidden.count),
    ]
  }

  /// Shows the report to a person: a line for each change, then what was done.
  static func show(_ report: EditReport, isTrial: Bool, _ invocation: Invocation) throws(EngramError) {
    if !report.changes.isEmpty {
      var table = Table(columns: ["field", "before", "after", "runs"])
      for change in report.changes.prefix(shown) {
        table.append([
          .text(change.field), TableCell(change.before), TableCell(change.after), .integer(change.runs),
        ])
      }
      try invocation.show(table)
      if report.changes.count > shown {
        try invocation.output.write("and \(countText(report.changes.count - shown)) more changes\n")
      }
    }
    let fields = report.newFields.map { "\($0.name) (\($0.type.rawValue))" }.joined(separator: ", ")
    if !report.newFields.isEmpty { try invocation.output.write("new fields: \(printable(fields))\n") }
    if !report.hidden.isEmpty {
      let new = report.newExamples.map { " as examples \($0.lowerBound) to \($0.upperBound - 1)" } ?? ""
      try invocation.output.write(
        "\(countText(report.hidden.count)) examples \(isTrial ? "would be" : "are") stored anew\(new), and hidden as they were\n"
      )
    }
    let runs = "\(countText(report.runsChanged)) of \(countText(report.runsSelected)) runs"
    if isTrial {
      try invocation.output.write("would change \(runs); nothing was changed\n")
    } else if let commit = report.commit {
      try invocation.output.write("changed \(runs) in commit \(commit)\n")
    } else {
      try invocation.output.write("nothing to change: the \(countText(report.runsSelected)) runs have these values\n")
    }
  }
}
