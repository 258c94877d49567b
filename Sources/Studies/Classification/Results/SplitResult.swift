// SplitResult.swift -- how a classifier did on one split.

public import Base
public import Classifiers

/// How a classifier did on one split.
public struct SplitResult: Sendable, Hashable {
  /// How it did on one side.
  public struct Side: Sendable, Hashable {
    /// How often each class was predicted for each class.
    public let confusion: ConfusionMatrix
    /// The number of examples.
    public var count: Int { Int(confusion.total) }
  }

  /// Which split of its set, from 0.
  public let ordinal: Int
  /// The name of the split.
  public let name: String
  /// The names of the classes, in the order of their codes.
  public let classes: [String]
  /// How it did on what it learned from.
  public let train: Side
  /// How it did on the test side.
  public let test: Side
  /// The parameters of the chosen candidate.
  public let parameters: JSONObject
  /// How every candidate did in the folds of the train side; nil where there was nothing to choose.
  public let search: SearchRecord?
  /// Candidates that did better in the folds and could not learn from the whole train side, best first.
  public let passedOver: [PassedOverCandidate]
  /// What the model says of itself: sizes, convergence.
  public let model: JSONObject
  /// How important each column is for the classes, where the kind of classifier knows.
  public let importances: Importances?
  /// The Gini importance of each statistic, its samples together; nil for classifiers without.
  public let statisticImportances: StatisticImportances?
  /// What is lost when a statistic is dealt out anew; nil where the plan does not ask for it.
  public let permutationImportances: StatisticImportances?
  /// How far the identification of the test side was true; nil for plans that only classify.
  public let identification: IdentificationScore?
  /// The predicted class of each test example; nil if it was not kept.
  public let predictions: Predictions?
  /// Seconds spent choosing parameters, and learning with them.
  public let searchSeconds: Double, fitSeconds: Double
  /// The most bytes of memory that the process had until the result was made, whatever else it did; nil where that is not known.
  public let peakMemory: Int?

  /// Puts a result together.
  init(
    ordinal: Int, name: String, classes: [String], train: ConfusionMatrix, test: ConfusionMatrix,
    parameters: JSONObject, search: SearchRecord? = nil, passedOver: [PassedOverCandidate] = [],
    model: JSONObject = JSONObject(),
    importances: Importances? = nil, statisticImportances: StatisticImportances? = nil,
    permutationImportances: StatisticImportances? = nil, identification: IdentificationScore? = nil,
    predictions: Predictions? = nil, searchSeconds: Double = 0, fitSeconds: Double = 0,
    peakMemory: Int? = nil
  ) {
    self.ordinal = ordinal
    self.name = name
    self.classes = classes
    self.train = Side(confusion: train)
    self.test = Side(confusion: test)
    self.parameters = parameters
    self.search = search
    self.passedOver = passedOver
    self.model = model
    self.importances = importances
    self.statisticImportances = statisticImportances
    self.permutationImportances = permutationImportances
    self.identification = identification
    self.predictions = predictions
    self.searchSeconds = searchSeconds
    self.fitSeconds = fitSeconds
    self.peakMemory = peakMemory
  }
}
