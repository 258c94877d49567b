// Study+JSON.swift -- a study as JSON; schema/study.schema.json describes it.

public import Base
import Classifiers
import Splits
import TrajectoryStore

extension Study {
  /// The version of the JSON form that this code writes and reads.
  public static let version: Int64 = 1
  /// More experiments or figures than any study has.
  private static let most = 1_000

  /// Reads the JSON form.
  ///
  /// - Throws: ``EngramError`` with code `usage` that names the key when something is unknown, missing or out of range,
  ///   `unsupported` for a newer version.
  public init(json: JSONValue) throws(EngramError) {
    self = try json.document("study", version: Self.version, Self.read)
  }

  private static func read(_ object: JSONObject) throws(EngramError) -> Study {
    try object.checkKeys(["version", "name", "title", "label", "experiments", "figures"])
    let name = try object.string("name")
    guard isName(name) else {
      throw EngramError(
        .usage, "this is no name for a study", place: "key \"name\"",
        expected: "letters, digits, '_' and '-', at most 60", found: "'\(name)'")
    }
    let label = try object.optional("label") { (value) throws(EngramError) in try value.asString() } ?? "learning_rule"
    let experiments = try object.require("experiments") { (value) throws(EngramError) in
      try value.elements { (element) throws(EngramError) in
        try StudyExperiment(reading: try element.asObject(), label: label)
      }
    }
    let figures = try object.require("figures") { (value) throws(EngramError) in
      try value.elements { (element) throws(EngramError) in try StudyFigure(reading: try element.asObject()) }
    }
    let study = Study(
      name: name,
      title: try object.optional("title") { (value) throws(EngramError) in try value.asString() } ?? name, label: label,
      experiments: experiments, figures: figures)
    try study.check()
    return study
  }

  /// Refuses names that stand twice, and figures of experiments that are not there.
  private func check() throws(EngramError) {
    for (what, names) in [("experiment", experiments.map(\.name)), ("figure", figures.map { $0.name.lowercased() })] {
      guard (1...Self.most).contains(names.count) else {
        throw EngramError(
          .usage, "there are too few or too many", place: "key \"\(what)s\"", expected: "1 to \(Self.most)",
          found: "\(names.count)")
      }
      if let twice = Dictionary(grouping: names, by: \.self).first(where: { $0.value.count > 1 })?.key {
        throw EngramError(
          .usage, "a name stands twice", place: "key \"\(what)s\"", expected: "each once", found: "'\(twice)'")
      }
    }
    for figure in figures {
      for name in figure.experiments + [figure.reference].compactMap({ $0 }) where experiment(name) == nil {
        throw EngramError(
          .usage, "figure \(figure.name) is of an experiment that the study does not have", place: "key \"figures\"",
          expected: "one of \(experiments.map(\.name).joined(separator: ", "))", found: "'\(name)'",
          mend: closestName(to: name, among: experiments.map(\.name)).map { "did you mean '\($0)'?" })
      }
    }
  }

  /// Whether a text is a name that may stand in the name of a split set.
  static func isName(_ text: String) -> Bool {
    let isPlain = text.utf8.allSatisfy { byte in
      (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || [45, 95].contains(byte)
    }
    return isPlain && !text.isEmpty && text.utf8.count <= 60
  }

  /// The JSON form.
  public var json: JSONValue {
    [
      "version": .integer(Self.version), "name": .string(name), "title": .string(title), "label": .string(label),
      "experiments": .array(experiments.map(\.json)), "figures": .array(figures.map(\.json)),
    ]
  }
}

extension StudyClassifier {
  init(json: JSONValue) throws(EngramError) {
    if case .string(let name) = json {
      self.init(try Self.kind(name))
      return
    }
    let object = try json.asObject()
    try object.checkKeys(["model", "grid", "set"])
    let kind = try Self.kind(try object.string("model"))
    self.init(
      kind,
      grid: try object.optional("grid") { (value) throws(EngramError) in try GridSpecification(json: value, for: kind)
      },
      settings: try object.optional("set") { (value) throws(EngramError) in try value.asObject() } ?? JSONObject())
    do throws(EngramError) {
      _ = try grid(.paper, samples: 1, rows: 1).makeGrid()
    } catch {
      var placed = error
      placed.place = "key \"set\"" + (error.place.map { ", \($0)" } ?? "")
      throw placed
    }
  }

  static func kind(_ name: String) throws(EngramError) -> ClassifierKind {
    if let kind = ClassifierKind(rawValue: name) { return kind }
    let names = ClassifierKind.allCases.map(\.rawValue)
    throw EngramError(
      .usage, "there is no such classifier", place: "key \"classifiers\"",
      expected: "one of \(names.joined(separator: ", "))", found: name,
      mend: closestName(to: name, among: names).map { "did you mean '\($0)'?" })
  }

  var json: JSONValue {
    if grid == nil, settings.members.isEmpty { return .string(kind.rawValue) }
    var object = JSONObject()
    object["model"] = .string(kind.rawValue)
    object["grid"] = grid?.json
    object["set"] = settings.members.isEmpty ? nil : .object(settings)
    return .object(object)
  }
}
