// StudyChoices.swift -- which study, which of its figures, which grid.

import Base
import Studies

/// Parameters that the verbs about studies share.
enum StudyParameters {
  static let study = Parameter.argument(
    .text("STUDY"), "paper, beyond, identify-evaluation, or the file of a study; `engram study new` writes one")
  static let studyOption = Parameter.option(
    "study", .text("STUDY"), default: "paper", "paper, beyond, identify-evaluation, or the file of a study")
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
