// TrajectoryStore+Classify.swift -- classifying the splits of a set, each result kept as soon as it is there.

public import Base
import Classifiers
import Splits
import TrajectoryModel
public import TrajectoryStore

extension TrajectoryStore {
  /// Trains and tests a classifier on the splits of a set, and keeps the results.
  ///
  /// Of each split, parameters are chosen in folds of the train side, the chosen candidate learns from the whole train
  /// side, and is tested on the test side. Each finished split is a commit of its own; so is, now and then, what a long
  /// search knows. What is there already is not computed again: the same plan is answered from the store, and one that
  /// was stopped, even by a kill, goes on where it stopped.
  ///
  /// - Parameters:
  ///   - plan: What is done.
  ///   - options: How it is done.
  /// - Returns: The results of all splits that are finished.
  /// - Throws: ``EngramError`` with code `notFound` when there is no such split set, statistic or epoch; `invalidData` when
  ///   a selected statistic is not finite, a class is missing, or a fold has too few examples; `usage` for a grid that
  ///   cannot be; `cancelled`.
  public func classify(
    _ plan: ClassificationPlan, options: ClassifyOptions = ClassifyOptions()
  ) throws(EngramError) -> Classification {
    let set = try splitSet(plan.splitSet)
    if let split = options.split { try set.check(index: split) }
    let wanted = options.split.map { [$0] } ?? Array(set.splits.indices)
    let task = try ClassificationTask(plan, set, in: self, options)
    let finished = try task.finishedSplits()
    let open = wanted.filter { !finished.contains($0) }
    if plan != plan.learning {
      for (done, ordinal) in open.enumerated() {
        var part = options
        part.work = options.work.part(done..<(done + 1), of: open.count, stage: "classifying")
        try classify(split: ordinal, by: [plan], of: set, options: part)
      }
    } else if !open.isEmpty {
      try task.run(open)
    }
    return try task.results()
  }

  /// The numbers of the splits that have results under a plan.
  ///
  /// - Throws: ``EngramError`` with code `notFound` when there is no such split set.
  public func finishedSplits(of plan: ClassificationPlan) throws(EngramError) -> Set<Int> {
    try ClassificationTask(plan, try splitSet(plan.splitSet), in: self, ClassifyOptions()).finishedSplits()
  }

  /// The model that a plan chose for a split, with the results of the plan.
  ///
  /// A split that has no result yet is classified, and its model is the one that was tested: nothing is learned twice.
  /// Where the store has the result, the model is learned again from the same examples, for models are not kept.
  ///
  /// - Parameters:
  ///   - plan: A plan.
  ///   - split: The number of the split.
  ///   - options: How it is done.
  /// - Returns: The model with what prediction needs to know beside it.
  /// - Throws: As ``classify(_:options:)``.
  public func trainedModel(
    _ plan: ClassificationPlan, split: Int, options: ClassifyOptions = ClassifyOptions()
  ) throws(EngramError) -> TrainedModel {
    let set = try splitSet(plan.splitSet)
    try set.check(index: split)
    let task = try ClassificationTask(plan, set, in: self, options)
    if !(try task.finishedSplits().contains(split)), let model = try task.run([split], keepingModelOf: split) {
      return model
    }
    guard let result = try task.results().splits.first(where: { $0.ordinal == split }) else {
      throw EngramError(.notFound, "there is no result of split \(split)", file: path)
    }
    return try task.model(of: split, parameters: result.parameters)
  }
}
