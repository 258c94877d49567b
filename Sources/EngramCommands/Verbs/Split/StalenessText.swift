// StalenessText.swift -- how the verbs say that splits or results rest on what was edited since.

import Base
import Classifiers
import Splits
import Studies
import TrajectoryStore

/// How the verbs say that splits or results rest on what was edited since, and how to make them again.
enum StalenessText {
  /// A line about a split set.
  static func line(
    _ name: String, _ staleness: Staleness, of store: TrajectoryStore
  ) throws(EngramError) -> String {
    printable(try sentence(name, staleness, of: store)) + "\n"
  }

  /// What a line about a split set says.
  static func sentence(
    _ name: String, _ staleness: Staleness, of store: TrajectoryStore
  ) throws(EngramError) -> String {
    let what = "stale: \(name): \(staleness.sentence)"
    if let obstacle = try obstacle(name, staleness, of: store) { return "\(what). \(obstacle)" }
    let again = try Again(name, of: store)
    return again.command.map { "\(what). To make it again: \($0)" } ?? "\(what). It was made again as \(again.name)"
  }

  /// Says beside what is made of a split set that it rests on what was edited since.
  static func note(_ name: String, of store: TrajectoryStore, _ invocation: Invocation) throws(EngramError) {
    guard let set = try store.splitSets().first(where: { $0.name == name }),
      let staleness = try store.staleness(of: set)
    else { return }
    try invocation.note("note: \(try sentence(name, staleness, of: store))")
  }

  /// A line about results.
  static func line(
    _ results: ClassificationSummary, _ staleness: Staleness, of store: TrajectoryStore
  ) throws(EngramError) -> String {
    let what = "stale: results \(results.id): \(staleness.sentence)"
    if let obstacle = try obstacle(results.title, staleness, of: store) {
      return printable("\(what). \(obstacle)") + "\n"
    }
    let plan = results.plan
    // Such results are of studies only, of which no command makes one.
    if plan["identify"] != nil || plan["test_view"] != nil || plan["permutation_repeats"] != nil {
      return printable(
        "\(what). They are of a study: it makes them again where its split set \(results.title) was removed") + "\n"
    }
    let again = try Again(results.title, of: store)
    let classify = ClassifyWords(results, split: again.name, of: store)
    let create = again.command.map { "\($0) && " } ?? ""
    return printable("\(what). To make them again: \(create)\(classify.text)") + "\n"
  }

  /// Why a split set cannot be made again as it is; nil where it can.
  private static func obstacle(
    _ name: String, _ staleness: Staleness, of store: TrajectoryStore
  ) throws(EngramError) -> String? {
    guard try store.splitSets().contains(where: { $0.name == name }) else {
      return "Its split set \(name) is not in the store any more"
    }
    guard staleness.absentExamples > 0, case .explicit = try store.splitSet(name).specification.kind else { return nil }
    return
      "It lists its examples, so it is not made again without those: give `engram split explicit` a list of the others"
  }

  /// A split set that is like another and of the newest data: one that is there, or one that is to be made.
  private struct Again {
    let name: String
    /// What makes it; nil where it is there.
    let command: String?

    init(_ old: String, of store: TrajectoryStore) throws(EngramError) {
      let taken = Set(try store.splitSets().map(\.name))
      let wanted = try store.specification(of: try store.splitSet(old)).specification
      var number = 2
      while taken.contains("\(old).\(number)") {
        let made = try store.splitSet("\(old).\(number)")
        if made.specification == wanted, try store.staleness(of: made) == nil {
          (name, command) = (made.name, nil)
          return
        }
        number += 1
      }
      name = "\(old).\(number)"
      command =
        "engram split create \(shellWord(store.path)) --name \(shellWord(name)) --like \(shellWord(old))"
    }
  }
}

/// The words of `engram classify` that make results again, every option that differs from its default among them.
private struct ClassifyWords {
  private var words: [String]
  /// What is to be said beside the command.
  private var remark = ""

  /// The command line, with what is to be said of it.
  var text: String { words.map(shellWord).joined(separator: " ") + remark }

  init(_ results: ClassificationSummary, split: String, of store: TrajectoryStore) {
    words = ["engram", "classify", store.path, "--split", split, "--model", results.classifier]
    let plan = results.plan
    func text(_ key: String, of object: JSONObject) -> String? {
      if case .string(let text)? = object[key] { text } else { nil }
    }
    func object(_ key: String) -> JSONObject {
      if case .object(let object)? = plan[key] { object } else { JSONObject() }
    }
    if let statistics = text("statistics", of: plan) { words += ["--statistics", statistics] }
    if let view = plan["view"].flatMap({ try? TrajectoryView(json: $0) }), view.text != TrajectoryView.whole.text {
      words += ["--view", view.text]
    }
    if let missing = text("missing", of: plan), missing != MissingPolicy.refuse.rawValue {
      words += ["--missing", missing]
    }
    addGrid(results, plan)
    if let search = text("search", of: object("strategy")), search != SearchStrategy.exhaustive.name {
      words += ["--search", search]
    }
    let folds = object("folds")
    if case .integer(let count)? = folds["count"], count != Int64(FoldPlan().count) {
      words += ["--folds", "\(count)"]
    }
    if case .integer(let seed)? = folds["seed"] { words += ["--fold-seed", "\(seed)"] }
    let groups = folds["groups"].flatMap { try? $0.asStrings() }
    let usual = (try? store.splitSet(results.title)).map { FoldPlan(for: $0.specification).groups }
    if let groups, groups != usual { words += ["--fold-by", groups.joined(separator: ",")] }
    if case .integer(let seed)? = plan["seed"], seed != 0 { words += ["--seed", "\(seed)"] }
  }

  /// Adds the candidates: by their name, as settings of the only one, or as a file that is to be written.
  private mutating func addGrid(_ results: ClassificationSummary, _ plan: JSONObject) {
    guard let kind = ClassifierKind(rawValue: results.classifier), case .array(let parts)? = plan["grid"] else {
      return
    }
    func isLike(_ grid: GridSpecification) -> Bool { grid.parts.map { JSONValue.object($0) } == parts }
    if isLike(.coarse(kind)) { return }
    if isLike(.paper(kind)) {
      words += ["--grid", "paper"]
      return
    }
    if parts.count == 1, case .object(let only) = parts[0], let settings = Self.settings(only) {
      for setting in settings { words += ["--set", setting] }
      return
    }
    let grid = GridSpecification(kind, parts: parts.compactMap { try? $0.asObject() })
    words += ["--grid", "GRID.json"]
    remark = ", where GRID.json holds \((try? grid.json.text()) ?? "its grid")"
  }

  /// One candidate as values of `--set`; nil where a parameter has several values, or none is given.
  private static func settings(_ candidate: JSONObject) -> [String]? {
    var settings: [String] = []
    for member in candidate.members {
      switch member.value {
      case .array, .object: return nil
      case .string(let word):
        // A word that is JSON as it stands would be read as that.
        let isText = (try? JSONValue(parsing: word)) == nil && !word.isEmpty
        guard let value = isText ? word : try? member.value.text() else { return nil }
        settings.append("\(member.key)=\(value)")
      default:
        guard let value = try? member.value.text() else { return nil }
        settings.append("\(member.key)=\(value)")
      }
    }
    return settings.isEmpty ? nil : settings
  }
}
