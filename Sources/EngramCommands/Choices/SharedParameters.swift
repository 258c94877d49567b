// SharedParameters.swift -- parameters that several verbs declare, so that a word means the same everywhere.

import TrajectoryModel
import TrajectoryStore

/// Parameters that several verbs declare.
enum SharedParameters {
  static let store = Parameter.argument(.store(), "the store to read")
  static let storeToChange = Parameter.argument(.store(), "the store to change")
  static let filter = Parameter.option(
    "where", .text("SQL"), "only the examples for which this SQL expression is true, over the fields that info lists")
  static let asOf = Parameter.option(
    "as-of", .integer(in: 1...Int.max, "COMMIT"), "the data as they were after this commit, rather than the newest")
  /// `--statistics`, whose words mean the same on every verb; each verb has its own default.
  static func statistics(default word: String) -> Parameter<StatisticSelection> {
    Parameter.option(
      "statistics", .statistics, default: word,
      "all: recorded for every selected example; admissible: also finite in every one; weight, activation or layerwise: "
        + "the admissible ones of that family; or a list of names")
  }
  static let epochs = Parameter.option(
    "epochs", .epochs, default: "all",
    "all, FIRST:LAST or FIRST:LAST:STRIDE with both ends, FIRST::STRIDE, or a list such as 0,5,10; or an epoch of each run: "
      + "first, last, at-most:N (the last up to N) or best:METRIC[:min|max]")
  static let view = Parameter.option(
    "view", .text("VIEW|FILE.json"),
    "how trajectories are looked at: whole, or parts such as random-start:15x4, portion:2/3, mean and positions joined by '+', or the file of a view"
  )
  static let elementType = Parameter.option(
    "type", .word(among: ["stored", "float32", "float64"], "TYPE"), default: "stored",
    "float32, float64, or stored: the type in the store")
  static let threads = Parameter.option(
    "threads", .integer(in: 1...1024), "how many threads may work (all cores unless given)")
  static let missing = Parameter.option(
    "missing", ValueType<MissingPolicy>.choice("POLICY"), default: MissingPolicy.refuse.rawValue,
    "examples recorded without what is asked for: refuse, drop them, or fill with NaN")
  static let codec = Parameter.option(
    "codec", ValueType<SegmentCodec>.choice("CODEC"), default: SegmentCodec.predicted.rawValue,
    "predicted: statistics that formulas give from others are stored by what they differ; independent: each by itself. "
      + "Values are the same by bits")
  static let waitSeconds = Parameter.option(
    "wait", .real(in: 0...1e6, "SECONDS"), default: "30", "how long to wait for another writer to end")
  static let into = Parameter.option(
    "into", .store("RESULTS"),
    "keep the results in a store of results alone, and only read STORE; `engram merge STORE RESULTS --results` brings them in"
  )
  static let reason = Parameter.option("reason", .text("TEXT"), "why, for the log of commits")
  static let author = Parameter.option(
    "author", .text("NAME"), "who does it, for the log of commits (the user of the process unless given)")
  static let label = Parameter.option(
    "label", .field, default: "learning_rule", "the field that classifiers are to predict")
  static let splitName = Parameter.required("name", .text("NAME"), "the name of the split set, new in its store")
  static let trainFilter = Parameter.option(
    "train-where", .text("SQL"), "only these examples may be train examples")
  static let testFilter = Parameter.option(
    "test-where", .text("SQL"), "only these examples may be test examples")
}
