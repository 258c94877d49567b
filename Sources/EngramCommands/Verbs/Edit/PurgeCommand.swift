// PurgeCommand.swift -- `engram purge STORE --confirm NAME`.

import Base
import Glibc
import Studies
import TrajectoryModel
import TrajectoryStore

/// Removes hidden data for good.
enum PurgeCommand {
  static let confirm = Parameter.option(
    "confirm", .text("NAME"), "the name of the store's folder, which says that you mean it; asked for on a terminal")
  static let trial = Parameter.flag("dry-run", "only say what would be removed")

  static let command = Command(
    "purge", "remove hidden runs for good, from every file of a store",
    discussion: """
      What hide has hidden is removed: values, metadata, metrics, what edits had replaced, and what the log says of it. \
      Files that hold any of it are written again. Example ids of other runs stay, and those of removed runs are not given \
      again. Split sets that hold any of it, and results that rest on it, are removed too. It cannot be undone.
      """,
    takes: [
      SharedParameters.storeToChange, confirm, trial, SharedParameters.author, SharedParameters.waitSeconds,
      CommonParameters.json,
    ],
    exclusive: [[confirm, trial]],
    examples: [
      .init("engram purge lr.engram --dry-run", "What would be removed"),
      .init("engram purge lr.engram --confirm lr.engram", "A participant who withdrew, hidden before"),
    ],
    body: run)

  private static func run(_ invocation: Invocation) throws(EngramError) {
    let store = try invocation.open(SharedParameters.storeToChange)
    let options = WriteOptions(
      waitSeconds: invocation[SharedParameters.waitSeconds], work: invocation.work,
      author: invocation[SharedParameters.author])
    let isTrial = invocation[trial]
    var confirmed: PurgeReport?
    if !isTrial {
      let plan = try store.purge(isTrial: true, options: options)
      try requireConfirmation(store, plan, invocation)
      confirmed = plan
    }
    let report = try store.purge(isTrial: isTrial, confirmed: confirmed, options: options)
    if !report.naming.isEmpty {
      try invocation.note(
        "note: what stays and names a text that only removed runs had, in a filter or a list: "
          + "\(report.naming.joined(separator: ", ")); remove it, or make it anew without")
    }
    if invocation[CommonParameters.json] {
      return try invocation.show(
        [
          "commit": report.commit.map { .integer($0) } ?? .null, "examples": .count(report.examples.count),
          "runs": .count(report.runs), "split_sets": .array(report.splitSets.map { .string($0) }),
          "results": .array(report.classifications.map { .integer($0) }),
          "naming": .array(report.naming.map { .string($0) }),
        ])
    }
    let what = text(report)
    if isTrial {
      try invocation.output.write("would remove \(what); nothing was changed\n")
    } else if let commit = report.commit {
      try invocation.output.write("removed \(what), in commit \(commit)\n")
    } else {
      try invocation.output.write("nothing is hidden; the files hold nothing that was removed\n")
    }
  }

  private static func text(_ report: PurgeReport) -> String {
    var parts = ["\(countText(report.examples.count)) examples of \(countText(report.runs)) runs"]
    if !report.splitSets.isEmpty { parts.append("the split sets \(report.splitSets.joined(separator: ", "))") }
    if !report.classifications.isEmpty {
      parts.append("the results \(report.classifications.map(String.init).joined(separator: ", "))")
    }
    return printable(parts.joined(separator: ", "))
  }

  /// Refuses to go on unless the user names the store.
  private static func requireConfirmation(
    _ store: TrajectoryStore, _ plan: PurgeReport, _ invocation: Invocation
  ) throws(EngramError) {
    let name = store.path.split(separator: "/").last.map(String.init) ?? store.path
    var given = invocation[confirm]
    if given == nil, isatty(0) == 1, isatty(2) == 1 {
      try invocation.warn("this removes \(text(plan)) for good; type \(name) to go on:")
      given = try invocation.readLine(ifStopped: "the purge was stopped; nothing was removed")
    }
    guard given == name else {
      throw invocation.usageError(
        "removing \(text(plan)) for good needs a confirmation", expected: "--confirm \(name)",
        found: given.map { "'\($0)'" } ?? "none")
    }
  }
}
