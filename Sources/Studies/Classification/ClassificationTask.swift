// ClassificationTask.swift -- one plan on one split set of one store: search, fit, test, keep.

import Base
import Classifiers
import Splits
import TrajectoryModel
import TrajectoryStore

/// One plan on one split set of one store.
struct ClassificationTask {
  let plan: ClassificationPlan
  let set: SplitSet
  let store: TrajectoryStore
  let options: ClassifyOptions
  /// The plan as it is kept.
  let json: JSONObject
  let clock = ContinuousClock()

  init(_ plan: ClassificationPlan, _ set: SplitSet, in store: TrajectoryStore, _ options: ClassifyOptions) {
    self.plan = plan
    self.set = set
    self.store = store
    self.options = options
    json = plan.json(for: set)
  }

  /// The columns that all splits of the set share, and the examples that have them.
  private func selection(in snapshot: Snapshot) throws(EngramError) -> FeatureSelection {
    var all = ExampleSet()
    for split in set.splits { all = all.union(split.train).union(split.test) }
    return try plan.features.select(all, in: snapshot)
  }

  /// Classifies some splits, ascending, and keeps each result.
  ///
  /// - Returns: The model of one of them, if it is asked for.
  @discardableResult
  func run(_ ordinals: [Int], keepingModelOf chosen: Int? = nil) throws(EngramError) -> TrainedModel? {
    let grid = try plan.grid.makeGrid()
    let snapshot = try store.snapshot(asOf: set.commit)
    let selection = try selection(in: snapshot)
    var work = SplitWork(layout: plan.grid.kind.preferredLayout)
    var kept: TrainedModel?
    for (done, ordinal) in ordinals.enumerated() {
      let stage = ordinals.count == 1 ? "classifying" : "classifying split \(done + 1) of \(ordinals.count)"
      let (result, model, classes) = try classify(ordinal, grid, selection, snapshot, &work) { share in
        options.progress(stage, (Double(done) + share) / Double(ordinals.count))
      }
      try keep(result)
      if ordinal == chosen {
        kept = try trained(model, classes, learnedFrom: work.train.examples, selection, snapshot)
      }
    }
    return kept
  }

  /// The memory of a split, used again for the next.
  private struct SplitWork: ~Copyable {
    var train: FeatureSet
    var test: FeatureSet

    init(layout: MatrixLayout) {
      train = FeatureSet(layout: layout)
      test = FeatureSet(layout: layout)
    }
  }

  private func fill(
    _ split: Split, _ selection: FeatureSelection, _ snapshot: Snapshot, _ work: inout SplitWork
  ) throws(EngramError) -> (classes: ExampleClasses, train: ClassLabels, test: ClassLabels) {
    let train = split.train.intersection(selection.examples)
    let test = split.test.intersection(selection.examples)
    let classes = try ExampleClasses(of: train.union(test), by: set.specification.label, in: snapshot)
    try FeatureSet.fill(
      train: train, &work.train, test: test, &work.test, selection.columns, from: snapshot,
      work: WorkContext(threads: options.threads, isCancelled: options.isCancelled))
    return (classes, try classes.labels(of: train, in: snapshot), try classes.labels(of: test, in: snapshot))
  }

  private func classify(
    _ ordinal: Int, _ grid: any CandidateGrid, _ selection: FeatureSelection, _ snapshot: Snapshot,
    _ work: inout SplitWork, progress: @escaping @Sendable (Double) -> Void
  ) throws(EngramError) -> (result: SplitResult, model: any ClassifierModel, classes: ExampleClasses) {
    /// The share of the time that the search takes, by which progress is shown.
    let searchShare = 0.9
    let split = set.splits[ordinal]
    let (classes, trainLabels, testLabels) = try fill(split, selection, snapshot, &work)
    var fitOptions = FitOptions(
      seed: plan.seed, threads: options.threads, progress: { progress(searchShare * $0) },
      isCancelled: options.isCancelled)
    let start = clock.now
    var search: SearchRecord?
    var best = 0
    if grid.candidates.count > 1 {
      let folds = try (plan.folds ?? FoldPlan(for: set.specification)).folds(
        of: work.train.examples, labels: trainLabels, in: snapshot)
      let record = try self.search(
        ordinal, GridSearch(plan.strategy, folds: folds), grid, work.train, trainLabels, fitOptions)
      search = record
      best = record.best ?? 0
    }
    let searched = clock.now
    fitOptions.progress = { progress(searchShare + (1 - searchShare) * $0) }
    let classifier = grid.classifier(best)
    let model = try classifier.fit(
      work.train.matrix, columns: work.train.layout, labels: trainLabels, rows: nil, options: fitOptions)
    let fitted = clock.now
    let trainPredicted = try model.predict(work.train.matrix, rows: nil, threads: options.threads)
    let probabilities = try model.probabilities(of: work.test.matrix, rows: nil, threads: options.threads)
    let testPredicted = try model.predict(work.test.matrix, rows: nil, threads: options.threads)
    let classCount = classes.values.count
    let result = SplitResult(
      ordinal: ordinal, name: split.name, classes: classes.names,
      train: ConfusionMatrix(actual: trainLabels.codes, predicted: trainPredicted, classCount: classCount),
      test: ConfusionMatrix(actual: testLabels.codes, predicted: testPredicted, classCount: classCount),
      parameters: classifier.parameters, search: search, model: model.summary,
      importances: Importances(of: model, columns: selection.columns.names),
      predictions: Predictions(
        examples: work.test.examples.ids, actual: testLabels.codes, predicted: testPredicted,
        probabilities: probabilities, classCount: classCount),
      searchSeconds: Self.seconds(searched - start), fitSeconds: Self.seconds(fitted - searched))
    return (result, model, classes)
  }

  /// Searches from what was kept, and keeps what is known every now and then, and when it is stopped.
  private func search(
    _ ordinal: Int, _ search: GridSearch, _ grid: any CandidateGrid, _ features: borrowing FeatureSet,
    _ labels: ClassLabels, _ fitOptions: FitOptions
  ) throws(EngramError) -> SearchRecord {
    var latest = try keptSearch(ordinal)
    var isKept = true
    var lastKept = clock.now
    do throws(EngramError) {
      return try search.run(
        grid, features.matrix, columns: features.layout, labels: labels, options: fitOptions, from: latest
      ) { (record) throws(EngramError) in
        (latest, isKept) = (record, false)
        if Self.seconds(clock.now - lastKept) < options.checkpointSeconds { return }
        try keep(record, of: ordinal)
        (isKept, lastKept) = (true, clock.now)
      }
    } catch {
      if error.code == .cancelled, !isKept { try keep(latest, of: ordinal) }
      throw error
    }
  }

  static func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
  }

  /// Learns again what was chosen for a split.
  func model(of ordinal: Int, parameters: JSONObject) throws(EngramError) -> TrainedModel {
    let snapshot = try store.snapshot(asOf: set.commit)
    let selection = try selection(in: snapshot)
    var work = SplitWork(layout: plan.grid.kind.preferredLayout)
    let split = set.splits[ordinal]
    let (classes, labels, _) = try fill(split, selection, snapshot, &work)
    let classifier = try plan.grid.kind.classifier(parameters)
    let model = try classifier.fit(
      work.train.matrix, columns: work.train.layout, labels: labels, rows: nil,
      options: FitOptions(seed: plan.seed, threads: options.threads, isCancelled: options.isCancelled))
    return try trained(model, classes, learnedFrom: work.train.examples, selection, snapshot)
  }

  private func trained(
    _ model: any ClassifierModel, _ classes: ExampleClasses, learnedFrom examples: ExampleSet,
    _ selection: FeatureSelection, _ snapshot: Snapshot
  ) throws(EngramError) -> TrainedModel {
    try TrainedModel(
      model, kind: plan.grid.kind, classes: classes, learnedFrom: examples, selection.columns, in: snapshot,
      threads: options.threads)
  }
}
