// ClassificationTask+Variants.swift -- plans that learn the same and test otherwise: learned once, tested by each.

package import Base
import Classifiers
package import Splits
import TrajectoryModel
package import TrajectoryStore

extension TrajectoryStore {
  /// Classifies one split by plans that learn the same, and keeps the result of each; what is there is not done again.
  ///
  /// - Parameters:
  ///   - ordinal: The number of the split.
  ///   - plans: Plans that differ only in how they test.
  ///   - set: The split set of all of them, which is stored.
  ///   - options: How it is done.
  /// - Throws: As ``classify(_:options:)``.
  package func classify(
    split ordinal: Int, by plans: [ClassificationPlan], of set: SplitSet, options: ClassifyOptions
  ) throws(EngramError) {
    var open: [ClassificationTask] = []
    for plan in plans {
      let task = try ClassificationTask(plan, set, in: self, options)
      if !(try task.finishedSplits().contains(ordinal)) { open.append(task) }
    }
    guard let first = open.first else { return }
    let learning = try ClassificationTask(first.plan.learning, set, in: self, options)
    try learning.run(ordinal, testedBy: open.filter { $0.plan != learning.plan })
  }
}

extension ClassificationTask {
  /// Learns a split, tests it as this plan does and as variants do, and keeps the results.
  func run(_ ordinal: Int, testedBy variants: [ClassificationTask]) throws(EngramError) {
    let snapshot = try store.snapshot(asOf: set.commit)
    let selection = try selection(in: snapshot)
    var memory = SplitMemory(layout: plan.grid.kind.preferredLayout)
    let learned: (result: SplitResult, model: any ClassifierModel, classes: ExampleClasses)
    if try finishedSplits().contains(ordinal) {
      guard let result = try results().splits.first(where: { $0.ordinal == ordinal }) else {
        throw EngramError(.notFound, "there is no result of split \(ordinal)", file: store.path)
      }
      let (classes, labels, _) = try fill(set.splits[ordinal], selection, snapshot, &memory)
      let model = try plan.grid.kind.classifier(result.parameters).fit(
        memory.train.matrix, columns: memory.train.layout, labels: labels, rows: nil,
        options: FitOptions(seed: plan.seed, work: options.work))
      learned = (result, model, classes)
    } else {
      let grid = try plan.grid.makeGrid()
      learned = try classify(ordinal, grid, selection, snapshot, &memory, options.work)
      try keep(learned.result)
    }
    for variant in variants {
      try variant.keep(
        try variant.tested(learned.result, learned.model, learned.classes, selection, snapshot, &memory))
    }
  }

  /// The result of a model that was learned already, tested as this plan does.
  private func tested(
    _ learned: SplitResult, _ model: any ClassifierModel, _ classes: ExampleClasses, _ selection: FeatureSelection,
    _ snapshot: Snapshot, _ memory: inout SplitMemory
  ) throws(EngramError) -> SplitResult {
    let split = set.splits[learned.ordinal]
    let examples = split.test.intersection(selection.examples)
    var columns = selection.columns
    if let view = plan.testView {
      columns = try FeatureRequest(
        statistics: .names(selection.columns.statistics), view: view, missing: plan.features.missing
      ).select(examples, in: snapshot).columns
      guard columns.samplesPerStatistic == selection.columns.samplesPerStatistic,
        columns.positionCount == selection.columns.positionCount
      else {
        throw EngramError(
          .usage, "the view of the test side has other columns than that of the train side",
          expected: "\(selection.columns.count) columns", found: "\(columns.count) of '\(view.text)'",
          mend: "choose views with as many samples")
      }
    }
    let start = MonotonicClock.seconds
    let labels = try classes.labels(of: examples, in: snapshot)
    try memory.test.fill(examples, columns, from: snapshot, work: options.work)
    let predicted = try model.predict(memory.test.matrix, rows: nil, work: options.work.silent)
    var permutation: StatisticImportances?
    if plan.permutationRepeats > 0, let forest = model as? ForestModel {
      let groups = StatisticImportances.groups(of: columns, joinsPositions: true)
      // Splits deal out rows in orders of their own.
      let losses = try forest.permutationImportances(
        of: groups.map(\.columns), memory.test.matrix, labels: labels, repeats: plan.permutationRepeats,
        options: FitOptions(seed: plan.seed &+ UInt64(learned.ordinal), work: options.work))
      permutation = StatisticImportances(statistics: groups.map(\.name), measurements: losses)
    }
    return SplitResult(
      ordinal: learned.ordinal, name: learned.name, classes: classes.names, train: learned.train.confusion,
      test: ConfusionMatrix(actual: labels.codes, predicted: predicted, classCount: classes.values.count),
      parameters: learned.parameters, model: learned.model, statisticImportances: learned.statisticImportances,
      permutationImportances: permutation,
      fitSeconds: MonotonicClock.seconds - start, peakMemory: PeakMemory.bytes)
  }
}
