// ClassifierKind.swift -- the kinds of classifier that plans, grids and saved models name.

import Classifiers
import TrajectoryModel

/// The kinds of classifier that plans, grids and saved models name.
public enum ClassifierKind: String, Sendable, Hashable, CaseIterable {
  /// ``RandomForest``.
  case randomForest = "random-forest"

  /// The layout of matrices that it reads fastest.
  var preferredLayout: MatrixLayout {
    switch self {
    case .randomForest: .columnMajor
    }
  }

  /// The classifier of some parameters; those that are absent keep their defaults.
  ///
  /// - Throws: ``EngramError`` with code `usage` or `invalidData` that names the key.
  func classifier(_ parameters: JSONObject) throws(EngramError) -> any Classifier {
    switch self {
    case .randomForest: try RandomForest(parameters: parameters)
    }
  }

  /// The model in a file.
  func model(_ file: ModelFile) throws(EngramError) -> any ClassifierModel {
    switch self {
    case .randomForest: try ForestModel(file)
    }
  }

  /// Parameters of which one model, or one preparation, serves all choices.
  private var sharedKeys: [String] {
    switch self {
    case .randomForest: ["max_features", "n_estimators"]
    }
  }

  /// The grids of a part of a specification, one for each combination of the parameters that are not shared.
  func grids(_ part: JSONObject) throws(EngramError) -> [any CandidateGrid] {
    var grids: [any CandidateGrid] = []
    for combination in Self.combinations(part, except: sharedKeys) {
      switch self {
      case .randomForest: grids.append(try ForestGrid(parameters: combination))
      }
    }
    return grids
  }

  /// Every combination of the choices of some parameters; the others stay as they are.
  private static func combinations(_ part: JSONObject, except shared: [String]) -> [JSONObject] {
    var combinations = [JSONObject()]
    for member in part.members {
      var choices = [member.value]
      if case .array(let list) = member.value, !shared.contains(member.key) { choices = list }
      combinations = combinations.flatMap { combination in
        choices.map { choice in
          var longer = combination
          longer[member.key] = choice
          return longer
        }
      }
    }
    return combinations
  }
}

extension ForestGrid {
  /// Reads a grid: parameters of forests, of which `max_features` and `n_estimators` may be arrays.
  ///
  /// - Throws: As ``RandomForest/init(parameters:)``.
  init(parameters: JSONObject) throws(EngramError) {
    var common = parameters
    var features: [MaxFeatures]?
    var counts: [Int]?
    if case .array(let values)? = parameters["max_features"] {
      features = try values.map { (value) throws(EngramError) in try MaxFeatures(json: value) }
      common["max_features"] = nil
    }
    if case .array? = parameters["n_estimators"] {
      counts = try parameters.integers("n_estimators").map { Int($0) }
      common["n_estimators"] = nil
    }
    let base = try RandomForest(parameters: common)
    self.init(base: base, maxFeatures: features ?? [base.maxFeatures], treeCounts: counts ?? [base.treeCount])
    for candidate in candidates { _ = try RandomForest(parameters: candidate) }
  }
}

extension GridSpecification {
  /// The candidates of the paper.
  public static func paper(_ kind: ClassifierKind) -> GridSpecification {
    switch kind {
    case .randomForest:
      GridSpecification(
        kind, parameters: object(["max_features": ["sqrt", "log2", "all"], "n_estimators": [20, 50, 100, 500, 1000]]))
    }
  }

  /// A few candidates that are tried in seconds to minutes.
  public static func coarse(_ kind: ClassifierKind) -> GridSpecification {
    switch kind {
    case .randomForest:
      GridSpecification(kind, parameters: object(["max_features": ["sqrt", "log2"], "n_estimators": [100, 500]]))
    }
  }

  private static func object(_ members: KeyValuePairs<String, JSONValue>) -> JSONObject {
    var object = JSONObject()
    for (key, value) in members { object[key] = value }
    return object
  }
}
