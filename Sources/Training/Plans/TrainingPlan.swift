// TrainingPlan.swift -- many runs as data: grids, and settings for some of them.

package import Base
import TrajectoryModel

/// Many runs as data: grids of the six fields that every run has, settings for all, and other settings for some.
///
/// Its JSON form is `schema/training-plan.schema.json`. Runs are independent of each other, and each is told by its metadata, so a
/// plan that was begun goes on where it was left, by one process or many.
package struct TrainingPlan: Sendable, Hashable {
  /// Its name, which is the recipe of its runs.
  package let name: String
  /// The runs, in the order of the grids.
  package let runs: [TrainingSettings]
  /// What a user should know of the plan: overrides that concern no run.
  package let notes: [String]

  /// More runs than anyone trains.
  private static let mostRuns = 1_000_000
  private static let mostBytes = 1 << 24

  /// The plans that come with Engram.
  package static let bundled = ["miniature", "paper"]

  /// The plan of a bundled name, or of a file.
  ///
  /// - Throws: ``EngramError`` with code `notFound`, `invalidData`.
  package init(_ nameOrPath: String) throws(EngramError) {
    switch nameOrPath {
    case "miniature":
      try self.init(json: try JSONValue(parsing: PackageResources.miniature_json), file: "the plan miniature")
    case "paper": try self.init(json: try JSONValue(parsing: PackageResources.paper_json), file: "the plan paper")
    default:
      do throws(EngramError) {
        try self.init(json: try JSONValue(reading: nameOrPath, limit: Self.mostBytes), file: nameOrPath)
      } catch {
        guard error.code == .notFound else { throw error }
        throw EngramError(
          .notFound, "there is no such plan", file: nameOrPath,
          expected: "\(Self.bundled.joined(separator: ", ")), or a file of JSON")
      }
    }
  }

  /// Reads a plan.
  ///
  /// - Throws: ``EngramError`` with code `usage` for what is no plan, `unsupported` for another version.
  package init(json: JSONValue, file: String? = nil) throws(EngramError) {
    do throws(EngramError) {
      self = try json.document("training plan", version: 1) { (plan) throws(EngramError) in try TrainingPlan(plan) }
    } catch {
      throw file.map { error.inFile($0) } ?? error
    }
  }

  private init(_ plan: JSONObject) throws(EngramError) {
    try plan.checkKeys(["$schema", "version", "name", "about", "grids", "settings", "overrides"])
    name = try plan.string("name")
    var base = TrainingSettings()
    base.recipe = name
    if let settings = plan["settings"] { try base.apply(try settings.asObject()) }
    var overrides: [Override] = []
    if plan["overrides"] != nil {
      overrides = try plan.require("overrides") { (list) throws(EngramError) in
        try list.elements { (value) throws(EngramError) in try Override(try value.asObject()) }
      }
    }
    var runs: [TrainingSettings] = []
    var used: Set<Int> = []
    for grid in try plan.array("grids") { try Self.expand(try grid.asObject(), base, overrides, into: &runs, &used) }
    guard !runs.isEmpty else {
      throw EngramError(.invalidData, "the plan has no run", place: "key \"grids\"", expected: "at least one")
    }
    var seen: Set<[String]> = []
    for run in runs where !seen.insert(run.metadata.map { "\($0.key)=\($0.value)" }.sorted()).inserted {
      throw EngramError(.invalidData, "a run of the plan stands twice", place: "key \"grids\"", found: run.title)
    }
    self.runs = runs
    notes = overrides.enumerated().filter { !used.contains($0.offset) }.map { index, override in
      "override \(index + 1) of the plan concerns no run, so its settings are not used: where \(override.text)"
    }
  }

  /// Every combination of a grid, its last axis fastest; `used` gets the numbers of overrides that concern one.
  private static func expand(
    _ grid: JSONObject, _ base: TrainingSettings, _ overrides: [Override], into runs: inout [TrainingSettings],
    _ used: inout Set<Int>
  ) throws(EngramError) {
    try grid.checkKeys(TrainingSettings.gridKeys)
    var combinations: [JSONObject] = [JSONObject()]
    for key in TrainingSettings.gridKeys where grid[key] != nil {
      let values = try grid.array(key)
      guard !values.isEmpty, combinations.count <= mostRuns / values.count else {
        throw EngramError(
          values.isEmpty ? .invalidData : .limit, "an axis of a grid has too few or too many values",
          place: "key \"\(key)\"", expected: "at least one, and at most \(mostRuns) runs in all",
          found: "\(values.count)")
      }
      combinations = combinations.flatMap { combination in
        values.map { value in
          var longer = combination
          longer[key] = value
          return longer
        }
      }
    }
    for combination in combinations {
      var run = base
      try run.apply(combination, allowed: TrainingSettings.gridKeys)
      for (index, override) in overrides.enumerated() where override.concerns(combination, run) {
        try run.apply(override.settings)
        used.insert(index)
      }
      runs.append(run)
    }
  }

  /// Settings for some of the runs.
  private struct Override {
    let conditions: [(key: String, words: [String])]
    let settings: JSONObject
    /// Its conditions as they stand in the plan.
    let text: String

    init(_ json: JSONObject) throws(EngramError) {
      try json.checkKeys(["about", "where", "settings"])
      let chosen = try json.object("where")
      text = JSONValue.object(chosen).description
      try chosen.checkKeys(TrainingSettings.gridKeys)
      var conditions: [(key: String, words: [String])] = []
      for member in chosen.members {
        let words = try chosen.require(member.key) { (value) throws(EngramError) in
          try value.elements { (value) throws(EngramError) in
            if case .string(let text) = value { return text }
            return value.description
          }
        }
        conditions.append((member.key, words))
      }
      self.conditions = conditions
      settings = try json.object("settings")
      var trial = TrainingSettings()
      try trial.apply(settings)
    }

    /// Whether a run is meant: by every condition one of its words, in which a `*` at the end stands for anything.
    func concerns(_ combination: JSONObject, _ run: TrainingSettings) -> Bool {
      let metadata = run.metadata
      return conditions.allSatisfy { condition in
        let value = metadata[condition.key] ?? .null
        let text = value == .null ? "null" : value.description
        return condition.words.contains { word in
          word.hasSuffix("*") ? text.hasPrefix(word.dropLast()) : word == text
        }
      }
    }
  }
}
