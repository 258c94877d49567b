// StalenessText.swift -- how the verbs say that splits or results rest on what was edited since.

import Base
import Splits
import Studies
import TrajectoryStore

/// How the verbs say that splits or results rest on what was edited since, and how to make them again.
enum StalenessText {
  /// A line about a split set.
  static func line(_ name: String, _ staleness: Staleness, of store: TrajectoryStore) -> String {
    printable("stale: \(name): \(staleness.sentence). To make it again: \(command(name, of: store))") + "\n"
  }

  /// A line about results.
  static func line(_ results: ClassificationSummary, _ staleness: Staleness, of store: TrajectoryStore) -> String {
    var words = "engram classify \(store.path) --split \(again(results.title)) --model \(results.classifier)"
    if case .string(let statistics)? = results.plan["statistics"] { words += " --statistics \(statistics)" }
    let commands = "\(command(results.title, of: store)) && \(words)"
    return printable("stale: results \(results.id): \(staleness.sentence). To make them again: \(commands)") + "\n"
  }

  private static func again(_ name: String) -> String { name + ".2" }

  private static func command(_ name: String, of store: TrajectoryStore) -> String {
    "engram split create \(store.path) --name \(again(name)) --like \(name)"
  }
}
