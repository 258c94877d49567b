// CorrectionText.swift -- how an input that corrects what is stored is shown.

import Base
import TrajectoryModel
import TrajectoryStore
import Transfer

/// How an input that corrects what is stored is shown.
enum CorrectionText {
  /// Shows what was corrected; without an append what would be.
  static func show(
    _ correction: IngestCorrection, _ append: AppendReport?, _ invocation: Invocation
  ) throws(EngramError) {
    let runs = "\(countText(correction.knownRuns + correction.newRuns)) runs of the input"
    var known = "\(countText(correction.knownRuns)) of them are stored"
    if correction.recognisedRuns > 0 { known += ", \(countText(correction.recognisedRuns)) told by their trajectories" }
    var lines = [
      "\(runs), \(known)\(correction.newRuns > 0 ? ", \(countText(correction.newRuns)) are new" : "")",
      "\(countText(correction.kept)) trajectories are stored and stay, \(countText(correction.replaced)) take the place of "
        + "others, \(countText(correction.added)) are added",
    ]
    if correction.broughtAlong > 0 {
      lines.append(
        "\(countText(correction.broughtAlong)) other layers of measurements that are replaced are stored once more, as they were"
      )
    }
    if correction.emptyCells > 0 {
      lines.append("\(countText(correction.emptyCells)) cells without a value leave what is stored")
    }
    if let append, !append.examples.isEmpty {
      lines.append(
        "ids \(append.examples.lowerBound) to \(append.examples.upperBound - 1), in commit \(append.commit)"
          + (correction.hidden.isEmpty
            ? ""
            : "; \(countText(correction.hidden.count)) examples are hidden, and shown by --as-of \(append.commit - 1)"))
    }
    try invocation.output.write(lines.joined(separator: "\n") + "\n")
    if correction.isEmpty { return try invocation.output.write("nothing to correct: all of it is stored as it is\n") }
    if correction.edit.runsChanged > 0 || !correction.edit.newFields.isEmpty {
      try EditReportText.show(correction.edit, isTrial: append == nil, invocation)
    }
  }

  /// Everything that was corrected, for programs.
  static func json(_ correction: IngestCorrection) -> JSONObject {
    var object: JSONObject = [
      "kept": .count(correction.kept), "replaced": .count(correction.replaced),
      "brought_along": .count(correction.broughtAlong), "added": .count(correction.added),
      "known_runs": .count(correction.knownRuns), "recognised_runs": .count(correction.recognisedRuns),
      "new_runs": .count(correction.newRuns), "empty_cells": .count(correction.emptyCells),
      "hidden": .array(correction.hidden.ids.map { .integer($0) }),
    ]
    for member in EditReportText.json(correction.edit).members { object[member.key] = member.value }
    return object
  }
}
