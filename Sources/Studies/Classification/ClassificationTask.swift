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

  init(
    _ plan: ClassificationPlan, _ set: SplitSet, in store: TrajectoryStore, _ options: ClassifyOptions
  ) throws(EngramError) {
    self.plan = plan
    self.set = set
    self.store = store
    self.options = options
    let snapshot = try store.snapshot(asOf: set.commit)
    // Mostly no example is Float64, so that none need be looked for.
    let isNarrow = snapshot.widestElementType(of: snapshot.allExamples) == .float32
    json = plan.json(for: set, isNarrow ? .float32 : snapshot.widestElementType(of: set.members))
  }

  /// The columns that all splits of the set share, and the examples that have them.
  func selection(in snapshot: Snapshot) throws(EngramError) -> FeatureSelection {
    var all = ExampleSet()
    for split in set.splits { all = all.union(split.train).union(split.test) }
    // Splits of an earlier version may hold examples whose label says nothing.
    all = all.subtracting(try snapshot.unlabelled(by: set.specification.label))
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
    var memory = SplitMemory(layout: plan.grid.kind.preferredLayout)
    var kept: TrainedModel?
    var failures: [(ordinal: Int, error: EngramError)] = []
    for (done, ordinal) in ordinals.enumerated() {
      let stage = ordinals.count == 1 ? "classifying" : "classifying split \(done + 1) of \(ordinals.count)"
      let part = options.work.part(done..<(done + 1), of: ordinals.count, stage: stage)
      do throws(EngramError) {
        let (result, model, classes) = try classify(ordinal, grid, selection, snapshot, &memory, part)
        try keep(result)
        if ordinal == chosen {
          kept = try trained(model, classes, learnedFrom: memory.train.examples, selection, snapshot)
        }
      } catch {
        // One split that cannot be learned takes nothing from the others.
        guard error.code == .invalidData, ordinals.count > 1 else { throw error }
        failures.append((ordinal, error))
      }
    }
    if let failure = failures.first { throw failed(failures, of: ordinals.count, first: failure.error) }
    return kept
  }

  /// What is said when some splits could not be classified.
  private func failed(
    _ failures: [(ordinal: Int, error: EngramError)], of count: Int, first: EngramError
  ) -> EngramError {
    var error = first
    let names = failures.map { set.splits[$0.ordinal].name }.joined(separator: ", ")
    error.message =
      "\(failures.count) of \(count) splits could not be classified (\(names)); the results of the others are kept. "
      + "The first: \(first.message)"
    return error
  }

  /// The memory of a split, used again for the next.
  struct SplitMemory: ~Copyable {
    var train: FeatureSet
    var test: FeatureSet

    init(layout: MatrixLayout) {
      train = FeatureSet(layout: layout)
      test = FeatureSet(layout: layout)
    }
  }

  /// The examples of both sides of a split that have what the plan asks for.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` when a side has none.
  func sides(
    of split: Split, _ selection: FeatureSelection
  ) throws(EngramError) -> (train: ExampleSet, test: ExampleSet) {
    let sides = (train: split.train.intersection(selection.examples), test: split.test.intersection(selection.examples))
    for (name, whole, left) in [("train", split.train, sides.train), ("test", split.test, sides.test)]
    where left.isEmpty {
      throw EngramError(
        .invalidData, "no \(name) example is left", file: store.path, place: "split \(split.name)",
        expected: "at least one that has a \(set.specification.label) and what is asked for",
        found: "none of \(whole.count)", mend: "ask for statistics and epochs that the examples of this side have")
    }
    return sides
  }

  func fill(
    _ split: Split, _ selection: FeatureSelection, _ snapshot: Snapshot, _ memory: inout SplitMemory
  ) throws(EngramError) -> (classes: ExampleClasses, train: ClassLabels, test: ClassLabels) {
    let (train, test) = try sides(of: split, selection)
    let classes = try ExampleClasses(of: train.union(test), by: set.specification.label, in: snapshot)
    try FeatureSet.fill(
      train: train, &memory.train, test: test, &memory.test, selection.columns, from: snapshot,
      work: options.work)
    return (classes, try classes.labels(of: train, in: snapshot), try classes.labels(of: test, in: snapshot))
  }

  func classify(
    _ ordinal: Int, _ grid: any CandidateGrid, _ selection: FeatureSelection, _ snapshot: Snapshot,
    _ memory: inout SplitMemory, _ work: WorkContext
  ) throws(EngramError) -> (result: SplitResult, model: any ClassifierModel, classes: ExampleClasses) {
    /// Of ten parts of the time, those that the search takes, by which progress is shown.
    let searchParts = 9
    let split = set.splits[ordinal]
    if plan.identifies { return try identify(ordinal, selection, snapshot, work) }
    let (classes, trainLabels, testLabels) = try fill(split, selection, snapshot, &memory)
    let start = MonotonicClock.seconds
    var search: SearchRecord?
    var ranking = [0]
    if grid.candidates.count > 1 {
      let folds = try (plan.folds ?? FoldPlan(for: set.specification)).folds(
        of: memory.train.examples, labels: trainLabels, in: snapshot)
      let record = try self.search(
        ordinal, GridSearch(plan.strategy, folds: folds), grid, memory.train, trainLabels,
        FitOptions(seed: plan.seed, work: work.part(0..<searchParts, of: 10)))
      search = record
      ranking = record.ranking
    }
    let searched = MonotonicClock.seconds
    let chosen = try grid.fitBest(
      of: ranking, memory.train.matrix, columns: memory.train.layout, labels: trainLabels,
      options: FitOptions(seed: plan.seed, work: work.part(searchParts..<10, of: 10)))
    let model = chosen.model
    let fitted = MonotonicClock.seconds
    let trainPredicted = try model.predict(memory.train.matrix, rows: nil, work: options.work)
    let probabilities = try model.probabilities(of: memory.test.matrix, rows: nil, work: options.work)
    let testPredicted = try model.predict(memory.test.matrix, rows: nil, work: options.work)
    let classCount = classes.values.count
    let result = SplitResult(
      ordinal: ordinal, name: split.name, classes: classes.names,
      train: ConfusionMatrix(actual: trainLabels.codes, predicted: trainPredicted, classCount: classCount),
      test: ConfusionMatrix(actual: testLabels.codes, predicted: testPredicted, classCount: classCount),
      parameters: chosen.classifier.parameters, search: search, passedOver: chosen.passedOver,
      model: model.summary,
      importances: Importances(of: model, columns: selection.columns.names),
      statisticImportances: StatisticImportances(of: model, selection.columns),
      predictions: options.keepsPredictions
        ? Predictions(
          examples: memory.test.examples.ids, actual: testLabels.codes, predicted: testPredicted,
          probabilities: probabilities, classCount: classCount) : nil,
      searchSeconds: searched - start, fitSeconds: fitted - searched, peakMemory: PeakMemory.bytes)
    return (result, model, classes)
  }

  /// Searches from what was kept, and keeps what is known every now and then, and when it is stopped.
  private func search(
    _ ordinal: Int, _ search: GridSearch, _ grid: any CandidateGrid, _ features: borrowing FeatureSet,
    _ labels: ClassLabels, _ fitOptions: FitOptions
  ) throws(EngramError) -> SearchRecord {
    var latest = try keptSearch(ordinal)
    var isKept = true
    var lastKept = MonotonicClock.seconds
    do throws(EngramError) {
      return try search.run(
        grid, features.matrix, columns: features.layout, labels: labels, options: fitOptions, from: latest
      ) { (record) throws(EngramError) in
        (latest, isKept) = (record, false)
        if MonotonicClock.seconds - lastKept < options.checkpointSeconds { return }
        try keep(record, of: ordinal)
        (isKept, lastKept) = (true, MonotonicClock.seconds)
      }
    } catch {
      if !isKept { try keep(latest, of: ordinal) }
      throw error
    }
  }

  /// Learns again what was chosen for a split.
  func model(of ordinal: Int, parameters: JSONObject) throws(EngramError) -> TrainedModel {
    let snapshot = try store.snapshot(asOf: set.commit)
    let selection = try selection(in: snapshot)
    var memory = SplitMemory(layout: plan.grid.kind.preferredLayout)
    let split = set.splits[ordinal]
    let (classes, labels, _) = try fill(split, selection, snapshot, &memory)
    let classifier = try plan.grid.kind.classifier(parameters)
    let model = try classifier.fit(
      memory.train.matrix, columns: memory.train.layout, labels: labels, rows: nil,
      options: FitOptions(seed: plan.seed, work: options.work.part(0..<1, of: 1, stage: "training")))
    return try trained(model, classes, learnedFrom: memory.train.examples, selection, snapshot)
  }

  private func trained(
    _ model: any ClassifierModel, _ classes: ExampleClasses, learnedFrom examples: ExampleSet,
    _ selection: FeatureSelection, _ snapshot: Snapshot
  ) throws(EngramError) -> TrainedModel {
    // What was learned is not thrown away although the user has asked to stop.
    try TrainedModel(
      model, kind: plan.grid.kind, classes: classes, learnedFrom: examples, selection.columns, in: snapshot,
      work: WorkContext(threads: options.work.threads))
  }
}
