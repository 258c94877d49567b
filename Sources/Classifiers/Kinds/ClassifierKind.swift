// ClassifierKind.swift -- the kinds of classifier that plans, grids and saved models name.

package import Base
package import TrajectoryModel

/// The kinds of classifier that plans, grids and saved models name.
public enum ClassifierKind: String, Sendable, Hashable, CaseIterable {
  /// ``RandomForest``.
  case randomForest = "random-forest"
  /// ``LinearSVM``, with principal components or without.
  case linearSVM = "linear-svm"
  /// ``Conv1DNetwork``.
  case conv1D = "conv1d"

  /// The layout of matrices that it reads fastest.
  package var preferredLayout: MatrixLayout {
    switch self {
    case .randomForest: .columnMajor
    case .linearSVM, .conv1D: .rowMajor
    }
  }

  /// The classifier of some parameters; those that are absent keep their defaults.
  ///
  /// - Throws: ``EngramError`` with code `usage` or `invalidData` that names the key.
  package func classifier(_ parameters: JSONObject) throws(EngramError) -> any Classifier {
    switch self {
    case .randomForest: try RandomForest(parameters: parameters)
    case .linearSVM: try LinearSVM(parameters: parameters)
    case .conv1D: try Conv1DNetwork(parameters: parameters)
    }
  }

  /// The model in a file.
  ///
  /// - Throws: ``EngramError`` with code `corrupt` when it is damaged.
  package func model(_ file: ModelFile) throws(EngramError) -> any ClassifierModel {
    switch self {
    case .randomForest: try ForestModel(file)
    case .linearSVM: try LinearSVMModel(decoding: file)
    case .conv1D: try Conv1DModel(file)
    }
  }

  /// Parameters of which one model, or one preparation, serves all choices.
  private var sharedKeys: [String] {
    switch self {
    case .randomForest: ["max_features", "n_estimators"]
    case .linearSVM: ["C", "n_components"]
    case .conv1D: []
    }
  }

  /// The grids of a part of a specification, one for each combination of the parameters that are not shared.
  func grids(_ part: JSONObject) throws(EngramError) -> [any CandidateGrid] {
    let combinations = Self.combinations(part, except: sharedKeys)
    var grids: [any CandidateGrid] = []
    switch self {
    case .randomForest:
      for combination in combinations { grids.append(try ForestGrid(parameters: combination)) }
    case .linearSVM:
      for combination in combinations { grids.append(try LinearSVMGrid(parameters: combination)) }
    case .conv1D:
      var networks: [Conv1DNetwork] = []
      for combination in combinations { networks.append(try Conv1DNetwork(parameters: combination)) }
      grids.append(Conv1DGrid(networks))
    }
    return grids
  }

  /// Every combination of the choices of some parameters; the others stay as they are.
  private static func combinations(_ part: JSONObject, except shared: [String]) -> [JSONObject] {
    var combinations = [JSONObject()]
    for member in part.members {
      let choices = shared.contains(member.key) ? [member.value] : GridSpecification.choices(of: member)
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
  fileprivate init(parameters: JSONObject) throws(EngramError) {
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
