// ClassificationPlan.swift -- everything that determines the results of classifying the splits of a set.

import Base
public import Classifiers
import Splits
import TrajectoryModel
public import TrajectoryStore

/// Everything that determines the results of classifying the splits of a set.
///
/// The same plan gives the same results on any machine and number of threads, so results are kept under its hash.
///
/// ```swift
/// let plan = ClassificationPlan(
///   splitSet: "fig2a", features: FeatureRequest(statistics: .family(.weight)), grid: .paper(.randomForest))
/// let results = try store.classify(plan)
/// ```
public struct ClassificationPlan: Sendable, Hashable {
  /// The version of the code that computes results; raised whenever the same plan may give other numbers.
  public static let codeVersion: Int64 = 1

  /// The name of the split set.
  public var splitSet: String
  /// Which columns classifiers see.
  public var features: FeatureRequest
  /// The candidates.
  public var grid: GridSpecification
  /// How the best candidate is looked for.
  public var strategy: SearchStrategy
  /// How the train side is cut into folds for that; nil for five that keep together what the splits keep together.
  public var folds: FoldPlan?
  /// Decides every random choice, the same in every split.
  public var seed: UInt64
  /// How trajectories of the test side are looked at; nil for the view of the train side.
  ///
  /// It has as many samples of each statistic: paper figure 4b learns from one third of the epochs and is tested on another.
  public var testView: TrajectoryView?
  /// How often the values of each statistic are dealt out anew among test examples, to see what is lost; 0 for not at all.
  public var permutationRepeats: Int
  /// Whether the test side is identified as recordings of unknown origin are, by a forest calibrated on what the train side holds out.
  ///
  /// The grid is then one random forest. How far the answer is true is kept with the result (``IdentificationScore``).
  public var identifies: Bool

  /// Makes a plan.
  public init(
    splitSet: String, features: FeatureRequest = FeatureRequest(), grid: GridSpecification,
    strategy: SearchStrategy = .exhaustive, folds: FoldPlan? = nil, seed: UInt64 = 0, testView: TrajectoryView? = nil,
    permutationRepeats: Int = 0, identifies: Bool = false
  ) {
    self.splitSet = splitSet
    self.features = features
    self.grid = grid
    self.strategy = strategy
    self.folds = folds
    self.seed = seed
    self.testView = testView
    self.permutationRepeats = permutationRepeats
    self.identifies = identifies
  }

  /// The plan that learns the same models and only tests them: several plans may share it, and then what it learned.
  package var learning: ClassificationPlan {
    var plan = self
    plan.testView = nil
    plan.permutationRepeats = 0
    return plan
  }

  /// The plan as JSON, for the splits of a set: what results are kept under.
  ///
  /// - Parameters:
  ///   - set: The splits.
  ///   - type: The type in which classifiers see the values.
  /// - Returns: An object whose text is the same for the same plan.
  func json(for set: SplitSet, _ type: ElementType) -> JSONObject {
    var object = JSONObject()
    object["version"] = 2  // 1, of drafts, called the admissible statistics "all"
    object["code_version"] = .integer(Self.codeVersion)
    object["commit"] = .integer(set.commit)
    object["split_set"] = .string(set.name)
    object["splits_sha256"] = .string(set.sha256)
    object["label"] = .string(set.specification.label)
    object["statistics"] = .string(features.statistics.text)
    object["view"] = features.view.json
    object["missing"] = .string(features.missing.rawValue)
    object["classifier"] = .string(grid.kind.rawValue)
    object["grid"] = .array(grid.parts.map { .object($0) })
    object["strategy"] = strategy.json
    object["folds"] = (folds ?? FoldPlan(for: set.specification)).json
    object["seed"] = .integer(Int64(bitPattern: seed))
    // Keys of later versions are there only where they say something, so that earlier results keep their hash.
    object["test_view"] = testView?.json
    object["permutation_repeats"] = permutationRepeats > 0 ? .count(permutationRepeats) : nil
    object["values"] = type == .float64 ? .string(type.name) : nil
    object["identify"] = identifies ? .integer(IdentificationScore.version) : nil
    return object
  }
}
