// TrainedModel.swift -- a trained classifier with what it takes to predict examples of any store.

public import Base
public import Classifiers
public import TrajectoryModel
public import TrajectoryStore

/// A trained classifier with what it takes to predict examples of any store: columns, view and classes.
///
/// ```swift
/// let model = try store.trainedModel(plan, split: 0)
/// let bytes = try model.encoded()
/// let predictions = try TrainedModel(parsing: bytes).predict(examples, in: snapshot)
/// ```
public struct TrainedModel: Sendable {
  /// What was learned.
  public let model: any ClassifierModel
  /// The kind of classifier.
  public let kind: ClassifierKind
  /// The classes, in the order of their codes.
  public let classes: ExampleClasses
  /// The statistics, in the order of the columns.
  public let statistics: [String]
  /// How trajectories are looked at; its epochs are those of the training data, one by one, unless
  /// each run gives its own.
  public let view: TrajectoryView
  /// The means and deviations of the training data, where the view standardizes.
  let standardization: Standardization?

  /// Puts a model together with the means and deviations of what it learned from.
  init(
    _ model: any ClassifierModel, kind: ClassifierKind, classes: ExampleClasses, learnedFrom examples: ExampleSet,
    _ columns: FeatureColumns, in snapshot: Snapshot, work: WorkContext
  ) throws(EngramError) {
    self.model = model
    self.kind = kind
    self.classes = classes
    statistics = columns.statistics
    var view = columns.view
    // Each run gives its own, whatever those of others are.
    if view.choice == nil { view.epochs = .list(columns.epochs) }
    self.view = view
    guard view.isStandardized else {
      standardization = nil
      return
    }
    view.isStandardized = false
    var features = FeatureSet()
    let plain = try FeatureColumns(statistics: columns.statistics, epochs: columns.epochs, view: view)
    try features.fill(examples, plain, from: snapshot, work: work)
    standardization = try Standardization(of: features.matrix.elements, from: columns.positionCount, work: work)
  }

  /// Puts together what was read from a file.
  init(
    _ model: any ClassifierModel, kind: ClassifierKind, classes: ExampleClasses, statistics: [String],
    view: TrajectoryView, standardization: Standardization?
  ) {
    self.model = model
    self.kind = kind
    self.classes = classes
    self.statistics = statistics
    self.view = view
    self.standardization = standardization
  }

  /// What a model says of some examples.
  public struct Answer: Sendable, Hashable {
    /// The examples, ascending by id.
    public let examples: ExampleSet
    /// For each example the code of the most likely class.
    public let codes: [Int32]
    /// The probability of each class: examples x classes, example by example.
    public let probabilities: [Float]
    /// What was left out of the examples, in sentences without a full stop, as of ``FeatureSelection``.
    public let remarks: [String]
  }

  /// Predicts examples.
  ///
  /// - Parameters:
  ///   - examples: The examples.
  ///   - snapshot: Where they are.
  ///   - missing: What to do with examples recorded without what the model needs.
  ///   - work: Threads, and who may stop the work.
  /// - Returns: The most likely class and the probabilities of each example.
  /// - Throws: ``EngramError`` with code `notFound` when examples lack a statistic or an epoch, `invalidData` when a value
  ///   is not finite: which, and where.
  public func predict(
    _ examples: ExampleSet, in snapshot: Snapshot, missing: MissingPolicy = .refuse,
    work: WorkContext = WorkContext()
  ) throws(EngramError) -> Answer {
    var unscaled = view
    unscaled.isStandardized = false
    let selection = try FeatureRequest(statistics: .names(statistics), view: unscaled, missing: missing)
      .select(examples, in: snapshot)
    var features = FeatureSet(layout: kind.preferredLayout)
    try features.fill(
      selection.examples, selection.columns, by: standardization, from: snapshot, work: work)
    return Answer(
      examples: selection.examples, codes: try model.predict(features.matrix, rows: nil, work: work),
      probabilities: try model.probabilities(of: features.matrix, rows: nil, work: work), remarks: selection.remarks)
  }
}
