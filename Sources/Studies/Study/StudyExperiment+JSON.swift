// StudyExperiment+JSON.swift -- an experiment of a study as JSON.
//   {"name": "tasks", "splits": {"kind": "holdout", "by": ["task"]}, "statistics": ["weight"], "classifiers": ["random-forest"]}
//   {"name": "tasks", "splits": {"kind": "holdout", "by": ["task"]}, "identify": {"trees": 200}}
//   {"name": "samples", "of": "paper"}

import Base
import Classifiers
import Splits
import TrajectoryStore

extension StudyExperiment {
  init(reading object: JSONObject, label: String) throws(EngramError) {
    let name = try object.string("name")
    guard Study.isName(name) else {
      throw EngramError(
        .usage, "this is no name for an experiment", place: "key \"name\"",
        expected: "letters, digits, '_' and '-', at most 60", found: "'\(name)'")
    }
    if object["of"] != nil {
      self = try Self.shared(name, object)
      return
    }
    try object.checkKeys([
      "name", "title", "splits", "train_fractions", "each", "statistics", "views", "crossed", "classifiers", "identify",
      "permutations", "predictions", "needs",
    ])
    do throws(EngramError) {
      var splits = try object.object("splits")
      if splits["version"] == nil { splits["version"] = .integer(SplitSpecification.version) }
      if splits["label"] == nil { splits["label"] = .string(label) }
      func texts(_ key: String) throws(EngramError) -> [String]? {
        try object.optional(key) { (value) throws(EngramError) in try value.asStrings() }
      }
      func flag(_ key: String) throws(EngramError) -> Bool {
        try object.optional(key) { (value) throws(EngramError) in try value.asBool() } ?? false
      }
      let repeats = try object.optional("permutations") { (value) throws(EngramError) in try value.asInteger() } ?? 0
      guard (0...1_000).contains(repeats) else {
        throw EngramError(
          .usage, "a number is out of range", place: "key \"permutations\"", expected: "0 to 1000", found: "\(repeats)")
      }
      let trees = try object.optional("identify") { (value) throws(EngramError) in try Self.trees(value.asObject()) }
      self.init(
        name: name, title: try object.optional("title") { (value) throws(EngramError) in try value.asString() },
        splits: try SplitSpecification(json: .object(splits)),
        trainFractions: try object.optional("train_fractions") { (value) throws(EngramError) in
          try Self.fractions(value)
        } ?? [], each: try texts("each") ?? [],
        statistics: try (texts("statistics") ?? ["admissible"]).map { (text) throws(EngramError) in
          try StatisticSelection(parsing: text)
        }, views: try texts("views") ?? [trees == nil ? "positions" : "whole"], isCrossed: try flag("crossed"),
        classifiers: try Self.classifiers(object, identifiedBy: trees),
        permutationRepeats: Int(repeats), keepsPredictions: try flag("predictions"), identifies: trees != nil,
        needs: try object.optional("needs") { (value) throws(EngramError) in try value.asString() } ?? "")
      guard !classifiers.isEmpty, !statistics.isEmpty, !views.isEmpty else {
        throw EngramError(.usage, "it has no classifier, no statistics or no view", expected: "at least one of each")
      }
      for view in views { _ = try StudyViews(parsing: view) }
      try checkFractions()
      if trees != nil { try checkIdentified(object) }
    } catch {
      throw error.code == .unsupported ? error : error.inExperiment(name)
    }
  }

  /// An experiment of a study that is compiled in, as it stands there.
  private static func shared(_ name: String, _ object: JSONObject) throws(EngramError) -> StudyExperiment {
    try object.checkKeys(["name", "of"])
    let owner = try object.string("of")
    guard let study = try Study.builtIn(owner) else {
      throw EngramError(
        .usage, "there is no such study to take an experiment of", place: "experiment '\(name)', key \"of\"",
        expected: "one of \(Study.builtInNames.joined(separator: ", "))", found: "'\(owner)'")
    }
    guard var experiment = study.experiment(name) else {
      throw EngramError(
        .usage, "the study '\(owner)' has no such experiment", place: "experiment '\(name)', key \"of\"",
        expected: "one of \(study.experiments.map(\.name).joined(separator: ", "))", found: "'\(name)'",
        mend: closestName(to: name, among: study.experiments.map(\.name)).map { "did you mean '\($0)'?" })
    }
    experiment.owner = owner
    return experiment
  }

  /// The forest by which recordings are identified.
  private static func identifier(trees: Int) -> StudyClassifier {
    var parameters = JSONObject()
    parameters["n_estimators"] = .count(trees)
    return StudyClassifier(.randomForest, grid: GridSpecification(.randomForest, parameters: parameters))
  }

  private static func trees(_ object: JSONObject) throws(EngramError) -> Int {
    try object.checkKeys(["trees"])
    /// More than any forest needs.
    let most: Int64 = 100_000
    let trees = try object.optional("trees") { (value) throws(EngramError) in try value.asInteger() } ?? 200
    guard (1...most).contains(trees) else {
      throw EngramError(
        .usage, "a number is out of range", place: "key \"identify\", key \"trees\"", expected: "1 to \(most)",
        found: "\(trees)")
    }
    return Int(trees)
  }

  private static func classifiers(
    _ object: JSONObject, identifiedBy trees: Int?
  ) throws(EngramError) -> [StudyClassifier] {
    if let trees { return [identifier(trees: trees)] }
    return try object.require("classifiers") { (value) throws(EngramError) in
      try value.elements { (element) throws(EngramError) in try StudyClassifier(json: element) }
    }
  }

  private static func fractions(_ value: JSONValue) throws(EngramError) -> [Double] {
    let fractions = try value.elements { (element) throws(EngramError) in try element.asReal() }
    guard (1...100).contains(fractions.count), Set(fractions).count == fractions.count,
      fractions.allSatisfy({ $0 > 0 && $0 < 1 })
    else {
      throw EngramError(
        .usage, "these are no shares to learn from", place: "key \"train_fractions\"",
        expected: "1 to 100 different numbers above 0 and below 1", found: "\(value)")
    }
    return fractions
  }

  /// Refuses shares where splits keep no groups, whose sizes cannot be made smaller so.
  private func checkFractions() throws(EngramError) {
    if trainFractions.isEmpty { return }
    guard case .groupShuffle = splits.kind, each.isEmpty else {
      throw EngramError(
        .usage, "shares of the train side are drawn of whole groups only", place: "key \"train_fractions\"",
        expected: "splits of the kind group-shuffle, and no key \"each\"", found: splits.kind.name)
    }
  }

  /// Refuses what identification has no use for.
  private func checkIdentified(_ object: JSONObject) throws(EngramError) {
    for key in ["classifiers", "crossed", "permutations"] where object[key] != nil {
      throw EngramError(
        .usage, "an experiment that identifies has no such key", place: "key \"\(key)\"",
        expected: "the key \"identify\" without it", found: key)
    }
  }

  var json: JSONValue {
    var object = JSONObject()
    object["name"] = .string(name)
    if let owner {
      object["of"] = .string(owner)
      return .object(object)
    }
    object["title"] = .string(title)
    object["splits"] = splits.json
    object["train_fractions"] = trainFractions.isEmpty ? nil : .array(trainFractions.map { .real($0) })
    object["each"] = each.isEmpty ? nil : .array(each.map { .string($0) })
    object["statistics"] = .array(statistics.map { .string($0.text) })
    object["views"] = .array(views.map { .string($0) })
    object["crossed"] = isCrossed ? .bool(true) : nil
    if identifies {
      object["identify"] = ["trees": classifiers.first?.grid?.parts.first?["n_estimators"] ?? .count(200)]
    } else {
      object["classifiers"] = .array(classifiers.map(\.json))
    }
    object["permutations"] = permutationRepeats > 0 ? .count(permutationRepeats) : nil
    object["predictions"] = keepsPredictions ? .bool(true) : nil
    object["needs"] = needs.isEmpty ? nil : .string(needs)
    return .object(object)
  }
}

extension EngramError {
  /// The error with the experiment in which it stands.
  fileprivate func inExperiment(_ name: String) -> EngramError {
    var placed = self
    placed.place = "experiment '\(name)'" + (place.map { ", \($0)" } ?? "")
    return placed
  }
}
