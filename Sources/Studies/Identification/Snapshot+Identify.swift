// Snapshot+Identify.swift -- which class do examples of unknown class look like?

public import Base
import Classifiers
import Splits
import TrajectoryModel
public import TrajectoryStore

extension Snapshot {
  /// Says which class examples of unknown class look like, and how far to believe it.
  ///
  /// A random forest learns from the training examples, on the columns that both sides have. Further forests, each of
  /// which has not seen a part of the training runs, say how far its confidence is to be believed (``CalibrationGroups``,
  /// ``ConfidenceLevel``). Distances on a robust scale find the nearest training runs, and tell whether the examples lie
  /// outside the training data.
  ///
  /// ```swift
  /// let found = try snapshot.identify(IdentifyRequest(examples: "task = 'neural'"))
  /// print(found.classes[found.group.mostLikely], found.group.confidence)
  /// ```
  ///
  /// - Parameters:
  ///   - request: What to identify, and from what.
  ///   - work: How the work is done; the answer is the same for any number of threads.
  /// - Returns: Probabilities for every example, run and the group, and what to know of them.
  /// - Throws: ``EngramError`` with code `usage` when a filter or field is wrong or both sides share examples, `notFound`
  ///   when a side is empty, `invalidData` when there is one class only, nothing in common, or nothing to calibrate by.
  /// - Complexity: That of training a forest once, and once for each part that is held out.
  public func identify(
    _ request: IdentifyRequest, work: WorkContext = WorkContext()
  ) throws(EngramError) -> Identification {
    let limits = QueryLimits(work: work)
    let unknown = try self.examples(where: request.examples, limits: limits)
    guard !unknown.isEmpty else {
      throw EngramError(
        .notFound, "there is no example to identify", file: store.path,
        expected: "an example that satisfies the filter of the examples",
        found: "none of \(exampleCount) for \(request.examples)",
        mend: "loosen \(option: .examples); \(run: .info, on: store.path) shows the values of every field")
    }
    let likeness = try RecordingLikeness(request, examples: unknown, in: self, limits: limits)
    let request = likeness?.request ?? request
    let (train, unlabelled) = try trainingExamples(request, unknown: unknown, limits)
    return try identify(request, unknown, from: train, unlabelled: unlabelled, like: likeness, work: work).answer
  }

  /// Says which class some examples look like, where both sides are known; the filters of the request are only told again.
  ///
  /// - Parameters:
  ///   - request: How it is done.
  ///   - unknown: The examples to identify, at least one.
  ///   - train: The examples to learn from, all of which have a label, and none of which is to be identified.
  ///   - unlabelled: How many more were selected that have none.
  ///   - likeness: At which condition it is learned, where that is asked for.
  ///   - work: How the work is done.
  /// - Returns: The answer, with the forest that gave it and what further forests said of held-out training examples.
  /// - Throws: As ``identify(_:work:)``.
  func identify(
    _ request: IdentifyRequest, _ unknown: ExampleSet, from train: ExampleSet, unlabelled: Int = 0,
    like likeness: RecordingLikeness? = nil, work: WorkContext
  ) throws(EngramError) -> (answer: Identification, model: any ClassifierModel, heldOut: HeldOutVotes) {
    let training = try TrainingRuns(train, label: request.label, in: self)
    let runs = try ExampleRuns(of: unknown, in: self)
    let groups = try CalibrationGroups(request, training, examples: unknown, in: self)
    let common = try CommonColumns(of: request.features, train: train, examples: unknown, in: self)
    var features = FeatureSet(layout: .columnMajor)
    var unknownFeatures = FeatureSet(layout: .columnMajor)
    try FeatureSet.fill(
      train: train, &features, test: unknown, &unknownFeatures, common.columns, from: self, work: work)

    let forest = RandomForest(treeCount: request.treeCount)
    let votes = try HeldOutVotes(groups, training, features, forest, seed: request.seed, work: work)
    let runVotes = votes.pooled(training)
    // A hundred trees are enough to compare by.
    let small = RandomForest(treeCount: min(100, request.treeCount))
    let agreement = try MeasureAgreement.measured(
      on: unknown, runs, from: training, holdingOut: groups.folds,
      accuracies: runVotes.accuracies(foldCount: groups.folds.count), common.columns, forest: small, seed: request.seed,
      in: self, work: work)
    let confidence = Confidence(votes, runVotes, agreement, groups)
    let options = FitOptions(seed: UInt64(request.seed), work: work)
    let model = try forest.fit(
      features.matrix, columns: features.layout, labels: training.labels, rows: nil, options: options)
    let logs = LogProbabilities(
      of: try model.probabilities(of: unknownFeatures.matrix, rows: nil, work: work),
      classCount: model.classCount, voters: request.treeCount)
    let near = try NearestRuns(
      of: unknownFeatures, runs, to: features, training, heldOut: groups, seed: request.seed, work: work)
    let shares: StatisticShares? =
      if request.draws > 0 {
        try StatisticShares(
          of: unknownFeatures.matrix, background: features.matrix, layout: features.layout, model: model,
          draws: request.draws, options: options)
      } else {
        nil
      }
    let beside = try likeness.map { (likeness) throws(EngramError) in
      try likeness.perfectBeside(
        common.columns, heldOutBy: groups.fields, unknown: unknown, in: self, work: work)
    }
    let report = IdentifyReport(
      request: request, snapshot: self, unknown: unknown, runs: runs, training: training, unlabelled: unlabelled,
      columns: common, groups: groups, confidence: confidence, logs: logs, near: near, shares: shares,
      perfectBeside: beside, agreement: agreement?.unknown)
    return (try report.identification(), model, votes)
  }

  /// The labelled examples to learn from, and how many were selected that have no label.
  private func trainingExamples(
    _ request: IdentifyRequest, unknown: ExampleSet, _ limits: QueryLimits
  ) throws(EngramError) -> (examples: ExampleSet, unlabelled: Int) {
    let selected = try examples(where: request.trainFilter, limits: limits)
    let unlabelled = try self.unlabelled(by: request.label, limits: limits).intersection(selected)
    let train = selected.subtracting(unlabelled)
    let both = train.intersection(unknown)
    guard both.isEmpty else {
      throw EngramError(
        .usage, "\(both.count) examples are both to be learned from and to be identified", file: store.path,
        expected: "no example on both sides", found: "example \(both.ids.first ?? 0), for one",
        mend: """
          add `AND NOT (\(request.examples))` to \(option: .train), \
          or leave \(option: .train) out to learn from every other example
          """)
    }
    guard !train.isEmpty else {
      throw EngramError(
        .notFound, "there is no labelled example to learn from", file: store.path, place: "column \(request.label)",
        expected: "training examples with a \(request.label)",
        found: selected.isEmpty
          ? "no example that satisfies the filter of training"
          : "\(unlabelled.count) examples, all without a \(request.label)",
        mend: """
          loosen \(option: .train), choose another \(option: .label), \
          or merge a store of labelled runs into this one: \(run: .merge, on: store.path)
          """)
    }
    return (train, unlabelled.count)
  }
}
