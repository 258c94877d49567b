// HideCommand.swift -- `engram hide STORE --where SQL | --commit N`, and `engram unhide`.

import Base
import TrajectoryModel
import TrajectoryStore

/// Leaves runs out of what is read, and takes them in again.
enum HideCommand {
  static let filter = Parameter.option(
    "where", .text("SQL"), "the runs for which this SQL expression is true, over the fields that info lists")
  static let commit = Parameter.option(
    "commit", .integer(in: 1...Int.max, "COMMIT"), "everything that this commit added")

  private static let taken: [any DeclaredParameter] = [
    SharedParameters.storeToChange, filter, commit, SharedParameters.reason, SharedParameters.author,
    SharedParameters.waitSeconds, CommonParameters.json,
  ]

  static let hide = Command(
    "hide", "leave runs out of what is read; nothing is deleted",
    discussion: """
      Hidden runs are selected by nothing and counted by nothing, and their example ids stay theirs. --as-of a commit \
      before shows them, and split sets and results that were made before keep them. unhide takes them in again; purge \
      removes them for good.
      """,
    takes: taken, exclusive: [[filter, commit]],
    examples: [
      .init("engram hide lr.engram --where \"model_seed = 3\" --reason \"diverged\"", "Runs that should not count"),
      .init("engram hide lr.engram --commit 4 --reason \"wrong file\"", "A batch that was taken in by mistake"),
    ],
    body: { (invocation) throws(EngramError) in try run(invocation, hides: true) })

  static let unhide = Command(
    "unhide", "take hidden runs in again",
    discussion: """
      What a correction or an edit of layers replaced stays hidden, as long as what took its place is seen. To go back \
      to what was there before a wrong correction, hide the commit of that, and then unhide the one that brought what it replaced.
      """,
    takes: taken, exclusive: [[filter, commit]],
    examples: [.init("engram unhide lr.engram --where \"model_seed = 3\"", "Runs that count after all")],
    body: { (invocation) throws(EngramError) in try run(invocation, hides: false) })

  private static func run(_ invocation: Invocation, hides: Bool) throws(EngramError) {
    let store = try invocation.open(SharedParameters.storeToChange)
    let options = invocation.editOptions
    let report: HideReport
    if let filter = invocation[filter] {
      report =
        hides ? try store.hide(where: filter, options: options) : try store.unhide(where: filter, options: options)
    } else if let commit = invocation[commit].map(Int64.init) {
      report =
        hides ? try store.hide(commit: commit, options: options) : try store.unhide(commit: commit, options: options)
    } else {
      throw invocation.usageError("nothing is named", expected: "--where SQL or --commit COMMIT")
    }
    if invocation[CommonParameters.json] {
      return try invocation.show(
        [
          "commit": report.commit.map { .integer($0) } ?? .null, "examples": .count(report.examples.count),
          "unchanged": .count(report.unchanged.count), "replaced": .count(report.replaced.count),
        ])
    }
    let word = hides ? "hidden" : "shown again"
    let already = hides ? "were hidden already" : "were not hidden"
    var text =
      report.commit.map { "\(word): \(countText(report.examples.count)) examples, in commit \($0)" } ?? "nothing to do"
    if !report.unchanged.isEmpty { text += "; \(countText(report.unchanged.count)) \(already)" }
    if !report.replaced.isEmpty {
      text += "; \(countText(report.replaced.count)) stay hidden, whose place others took by a correction"
    }
    try invocation.output.write(text + "\n")
  }
}
