// CalibrationGroups.swift -- which examples are held out together, so that confidence is measured as it will be used.

import Base
import Classifiers
import Splits
import TrajectoryModel
import TrajectoryStore

/// Which training examples are held out together to calibrate confidence.
///
/// Layers of one network resemble each other, so at least whole runs are held out. Where the examples to identify come
/// from an architecture, a task or another kind that no training run is of, confidence measured on further runs of the
/// trained kinds is far too high; then whole kinds are held out, for which the calibration groups are the values of that
/// field. Unless a field is given, the choice is:
/// 1. the text fields of runs of which an example has a value that no training run has,
/// 2. of those the ones with at least two values in training, without any of which no class is lost,
/// 3. of those the one with the fewest values, the coarsest; and `run_id` where there is none.
public struct CalibrationGroups: Sendable, Hashable {
  /// The field whose values are held out together; `run_id` holds out runs.
  public let field: String
  /// Why this field.
  public let reason: String
  /// Fields and values of the examples that no training run has: `architecture 'knet'`.
  public let newValues: [String]
  /// How many times a part was held out.
  public let foldCount: Int
  /// For each training run the group it belongs to.
  let groupOfRun: [Int32]
  /// Train and held-out examples of each fold.
  let folds: [Split]

  /// Folds of runs, and the most folds of values of a field.
  private static let runFolds = 5
  private static let mostFolds = 10
  private static let run = "run_id"

  init(
    _ request: IdentifyRequest, _ training: TrainingRuns, examples: ExampleSet, in snapshot: Snapshot
  ) throws(EngramError) {
    let candidates: [(field: String, groups: [ExampleGroup])]
    (newValues, candidates) = try Self.candidates(request, training, examples: examples, in: snapshot)
    var values: [ExampleGroup]?
    if let given = request.calibrateBy {
      (field, reason) = (given, "as asked")
      if given != Self.run {
        values = try Self.trained(by: given, training, in: snapshot).filter { !$0.examples.isEmpty }
      }
    } else if let coarsest = candidates.min(by: { $0.groups.count < $1.groups.count }) {
      field = coarsest.field
      reason = "for the examples are of another \(coarsest.field) than all training runs"
      values = coarsest.groups
    } else {
      field = Self.run
      reason =
        newValues.isEmpty
        ? "for the training runs are of the examples' kinds"
        : "for no field of which the examples have a new value can be held out without losing a class"
    }
    if let values {
      try Self.check(values.map(\.examples), of: field, training, in: snapshot)
      groupOfRun = Self.groups(of: training.runs, values.map(\.examples), training.examples)
    } else {
      groupOfRun = Array(0..<Int32(training.runs.count))
    }
    folds = try Self.folds(values, field, groupOfRun, training, request, in: snapshot)
    foldCount = folds.count
    for fold in folds where Self.lostClass(without: [fold.test], training, in: snapshot) != nil {
      throw EngramError(
        .invalidData, "a class is lost when a part of the training runs is held out", file: snapshot.store.path,
        place: "fold \(fold.name)", mend: "record more runs of each class, or calibrate by another field")
    }
  }

  /// The parts that are held out in turn: each of a few values, or folds of runs or of many values, with all classes in each.
  private static func folds(
    _ values: [ExampleGroup]?, _ field: String, _ groupOfRun: [Int32], _ training: TrainingRuns,
    _ request: IdentifyRequest, in snapshot: Snapshot
  ) throws(EngramError) -> [Split] {
    if let values, values.count <= mostFolds {
      return values.map { value in
        Split(
          name: "\(field)=\(value.key[0])", train: training.examples.subtracting(value.examples), test: value.examples)
      }
    }
    let fewest = zip(training.runCounts, training.classes.names).min { $0.0 < $1.0 } ?? (0, "")
    guard fewest.0 > 1 else {
      throw EngramError(
        .invalidData, "confidence cannot be calibrated: a class has only one run", file: snapshot.store.path,
        place: "column \(request.label)", expected: "at least two runs of each class",
        found: "\(fewest.0) of '\(fewest.1)'",
        mend:
          "record another run of it, or leave the class out: \(set: .train, to: "\"\(request.label) != '\(fewest.1)'\"")"
      )
    }
    let plan = StratifiedGroupKFoldSplits(
      folds: values == nil ? min(runFolds, fewest.0) : mostFolds, by: [field], seed: request.seed)
    let numbers = try plan.foldNumbers(
      of: training.labels.codes, groups: training.runs.codes.map { groupOfRun[Int($0)] })
    let ids = training.examples.ids
    return (0..<Int32(plan.folds)).compactMap { fold in
      let test = ExampleSet(ids: ids.indices.filter { numbers[$0] == fold }.map { ids[$0] })
      return test.isEmpty
        ? nil : Split(name: String(fold), train: training.examples.subtracting(test), test: test)
    }
  }

  /// The training examples of each value of a field, which may be none.
  private static func trained(
    by field: String, _ training: TrainingRuns, in snapshot: Snapshot
  ) throws(EngramError) -> [ExampleGroup] {
    try snapshot.groups(by: [field]).map {
      ExampleGroup(key: $0.key, examples: $0.examples.intersection(training.examples))
    }
  }

  /// What values the examples have that no training run has, and the fields of those that could be held out.
  private static func candidates(
    _ request: IdentifyRequest, _ training: TrainingRuns, examples: ExampleSet, in snapshot: Snapshot
  ) throws(EngramError) -> (newValues: [String], fields: [(field: String, groups: [ExampleGroup])]) {
    var newValues: [String] = []
    var candidates: [(field: String, groups: [ExampleGroup])] = []
    for field in try snapshot.fields() where field.type == .text && field.name != request.label {
      let groups = try snapshot.groups(by: [field.name])
      let trained = groups.map {
        ExampleGroup(key: $0.key, examples: $0.examples.intersection(training.examples))
      }
      let fresh = groups.indices.filter {
        trained[$0].examples.isEmpty && !groups[$0].examples.isDisjoint(with: examples)
      }
      if fresh.isEmpty { continue }
      newValues.append("\(field.name) " + CommonColumns.some(fresh.map { quoted(groups[$0].key[0]) }))
      let values = trained.filter { !$0.examples.isEmpty }
      if values.count > 1, lostClass(without: values.map(\.examples), training, in: snapshot) == nil {
        candidates.append((field.name, values))
      }
    }
    return (newValues, candidates)
  }

  private static func quoted(_ value: MetadataValue) -> String { value == .null ? "NULL" : "'\(value)'" }

  /// The first class of which all examples are in one of some parts of the training examples, and that part.
  private static func lostClass(
    without parts: [ExampleSet], _ training: TrainingRuns, in snapshot: Snapshot
  ) -> (part: Int, code: Int)? {
    let ids = training.examples.ids
    let totals = training.labels.counts()
    for (index, part) in parts.enumerated() {
      var left = totals
      for (row, id) in ids.enumerated() where part.contains(id) { left[Int(training.labels.codes[row])] -= 1 }
      if let code = left.firstIndex(of: 0) { return (index, code) }
    }
    return nil
  }

  private static func check(
    _ values: [ExampleSet], of field: String, _ training: TrainingRuns, in snapshot: Snapshot
  ) throws(EngramError) {
    guard values.count > 1 else {
      throw EngramError(
        .invalidData, "nothing is left to learn from when the one value of '\(field)' is held out",
        file: snapshot.store.path, expected: "at least two values among the training runs", found: "\(values.count)",
        mend: "calibrate by run (\(set: .calibrateBy, to: "run_id"))")
    }
    if let lost = lostClass(without: values, training, in: snapshot) {
      throw EngramError(
        .invalidData, "a class is lost when a value of '\(field)' is held out", file: snapshot.store.path,
        expected: "every class under at least two values of '\(field)'",
        found: "all of '\(training.classes.names[lost.code])' under one", mend: "calibrate by another field")
    }
    let rows = training.runs.rows
    let ids = training.examples.ids
    for value in values {
      for (run, members) in rows.enumerated() where Set(members.map { value.contains(ids[$0]) }).count > 1 {
        throw EngramError(
          .usage, "'\(field)' differs between the layers of one run", file: snapshot.store.path,
          place: "run \(training.runs.ids[run])", expected: "a field of runs, such as architecture", found: field,
          mend: "calibrate by a field of runs; runs are pooled as a whole")
      }
    }
  }

  private static func groups(of runs: ExampleRuns, _ values: [ExampleSet], _ examples: ExampleSet) -> [Int32] {
    var groups = [Int32](repeating: 0, count: runs.count)
    for (row, id) in examples.ids.enumerated() {
      groups[Int(runs.codes[row])] = Int32(values.firstIndex { $0.contains(id) } ?? 0)
    }
    return groups
  }
}
