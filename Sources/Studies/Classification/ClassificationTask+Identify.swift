// ClassificationTask+Identify.swift -- a test side that is identified as recordings of unknown origin are.

import Base
import Classifiers
import Splits
import TrajectoryModel
import TrajectoryStore

extension ClassificationTask {
  /// Identifies the test side of a split from its train side, and says how far the answer is true.
  ///
  /// What the result keeps as the train side is what the forests said of the training examples that they had not learned from.
  func identify(
    _ ordinal: Int, _ selection: FeatureSelection, _ snapshot: Snapshot, _ work: WorkContext
  ) throws(EngramError) -> (result: SplitResult, model: any ClassifierModel, classes: ExampleClasses) {
    let split = set.splits[ordinal]
    let (train, test) = try sides(of: split, selection)
    let start = MonotonicClock.seconds
    guard let trees = plan.grid.parts.first.flatMap({ $0["n_estimators"] }), plan.grid.parts.count == 1 else {
      throw EngramError(
        .usage, "what identifies is one random forest", place: "key \"grid\"", expected: "a number of trees",
        found: "\(plan.grid.parts.count) candidates")
    }
    let request = IdentifyRequest(
      examples: "the test side", label: set.specification.label, features: plan.features,
      treeCount: Int(clamping: try trees.asInteger()), neighbourCount: 1, draws: 0,
      seed: UInt32(truncatingIfNeeded: plan.seed))
    let found = try snapshot.identify(request, test, from: train, work: work)
    let classes = try ExampleClasses(of: train.union(test), by: set.specification.label, in: snapshot)
    // A class that nobody learned is none of those that are said.
    let names = found.answer.classes.map { classes.values.firstIndex(of: $0).map(Int32.init) ?? 0 }
    let testLabels = try classes.labels(of: test, in: snapshot)
    let predicted = found.answer.examples.map { names[$0.mostLikely] }
    var truth: [MetadataValue: MetadataValue] = [:]
    for (example, code) in zip(found.answer.examples, testLabels.codes) {
      truth[example.run] = classes.values[Int(code)]
    }
    let result = SplitResult(
      ordinal: ordinal, name: split.name, classes: classes.names,
      train: ConfusionMatrix(
        actual: found.heldOut.labels.map { names[Int($0)] }, predicted: found.heldOut.predicted.map { names[Int($0)] },
        classCount: classes.values.count),
      test: ConfusionMatrix(actual: testLabels.codes, predicted: predicted, classCount: classes.values.count),
      parameters: plan.grid.parts.first ?? JSONObject(), model: found.model.summary,
      identification: IdentificationScore(found.answer, truth: found.answer.runs.map { truth[$0.run] ?? .null }),
      predictions: options.keepsPredictions
        ? Predictions(
          examples: test.ids, actual: testLabels.codes, predicted: predicted,
          probabilities: Self.probabilities(of: found.answer, names, classes.values.count),
          classCount: classes.values.count) : nil,
      fitSeconds: MonotonicClock.seconds - start, peakMemory: PeakMemory.bytes)
    return (result, found.model, classes)
  }

  /// The probabilities of examples by the classes of both sides.
  private static func probabilities(of answer: Identification, _ names: [Int32], _ classCount: Int) -> [Float] {
    answer.examples.flatMap { example in
      var all = [Float](repeating: 0, count: classCount)
      for (name, probability) in zip(names, example.probabilities) { all[Int(name)] = Float(probability) }
      return all
    }
  }
}
