// StudyChoices.swift -- which study, which of its figures, which grid.

import Base
import Splits
import Studies

/// Parameters that the verbs about studies share.
enum StudyParameters {
  private static let name = ValueType<String>.text("STUDY", completion: .wordsOrFile(Study.builtInNames))
  static let study = Parameter.argument(
    name, "paper, beyond, identify-evaluation, or the file of a study; `engram study new` writes one")
  static let studyOption = Parameter.option(
    "study", name, default: "paper", "paper, beyond, identify-evaluation, or the file of a study")
  static let grid = Parameter.option(
    "grid", ValueType<StudyGrid>.choice("GRID"), default: "coarse",
    "candidates where the study names none: coarse takes one for each classifier, paper searches the paper's grids")
}

extension Invocation {
  /// The study of a name or a file.
  func study(_ name: String) throws(EngramError) -> Study {
    if let study = try Study.builtIn(name) { return study }
    guard name.hasSuffix(".json") || name.contains("/") else {
      throw EngramError(
        .usage, "there is no study '\(name)'",
        expected: "one of \(Study.builtInNames.joined(separator: ", ")), or the path of a file that ends in .json",
        found: name,
        mend: "`engram study new STORE -o FILE.json` writes a study for a store")
    }
    /// A study is a few pages of text.
    let value = try JSONValue(reading: name, limit: 1 << 22)
    do throws(EngramError) {
      return try Study(json: value)
    } catch {
      throw error.inFile(name)
    }
  }
}

extension Invocation {
  /// Says which split sets of tasks are stored and rest on what was edited since, a few of them by name.
  func noteStaleSets(of plan: StudyPlan, for tasks: [StudyTask]) throws(EngramError) {
    /// A study by groups has a split set for each, and one edit may concern them all.
    let shown = 3
    let stale = Set(tasks.map(\.splitSet)).compactMap { name in plan.staleSets[name].map { (name, $0) } }.sorted {
      $0.0 < $1.0
    }
    for (name, staleness) in stale.prefix(shown) {
      try note("note: the split set '\(name)' is stale: \(staleness.sentence); without it the splits are made anew")
    }
    if stale.count > shown { try note("note: and so are \(countText(stale.count - shown)) more split sets") }
  }
}
