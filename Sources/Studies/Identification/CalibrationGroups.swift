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
/// field. Unless fields are given, the choice is:
/// 1. the text fields of runs of which an example has a value that no training run has; a field of which every training run has a
///    value of its own, such as the id that a tracker gave it, names no kind and is left out,
/// 2. of those the ones with at least two values in training, without any of which no class is lost,
/// 3. of those the two with the fewest values, the coarsest, or the first where a class would be lost without a pair of values; and
///    `run_id` where there is none.
///
/// By two fields, what is held out is of one value of each, and what is learned from of neither: a new task in a new
/// architecture is harder than one in an architecture that is known from other tasks.
public struct CalibrationGroups: Sendable, Hashable {
  /// The fields whose values are held out together; `run_id` holds out runs.
  public let fields: [String]
  /// Why these fields.
  public let reason: String
  /// Fields and values of the examples that no training run has: `architecture 'knet'`.
  public let newValues: [String]
  /// The fields that were left out, as every training run has a value of its own.
  public let runFields: [String]
  /// How many times a part was held out.
  public let foldCount: Int
  /// For each field the value that each training run has of it, as a number.
  let valuesOfRuns: [[Int32]]
  /// Train and held-out examples of each fold.
  let folds: [Split]

  /// The field that holds out runs.
  static let run = "run_id"

  init(
    _ request: IdentifyRequest, _ training: TrainingRuns, examples: ExampleSet, in snapshot: Snapshot
  ) throws(EngramError) {
    let candidates: [CalibrationField]
    (newValues, runFields, candidates) = try Self.candidates(request, training, examples: examples, in: snapshot)
    let chosen: CalibrationFolds
    if !request.calibrateBy.isEmpty {
      let given = try Self.given(request.calibrateBy, training, in: snapshot)
      reason = "as asked"
      chosen = try CalibrationFolds(by: given, training, request, in: snapshot)
    } else if let whole = try Self.foldsByNewFields(candidates, training, request, in: snapshot) {
      reason = "for the examples are of another \(whole.fields.joined(separator: " and ")) than all training runs"
      chosen = whole
    } else {
      reason =
        newValues.isEmpty
        ? "for the training runs are of the examples' kinds"
        : "for no field of which the examples have a new value can be held out without losing a class"
      chosen = try CalibrationFolds(by: [], training, request, in: snapshot)
    }
    (fields, valuesOfRuns, folds) = (chosen.fields, chosen.valuesOfRuns, chosen.folds)
    foldCount = folds.count
    if let lost = chosen.lostClass(training) {
      throw EngramError(
        .invalidData, "a class is lost when a part of the training runs is held out", file: snapshot.store.path,
        place: "fold \(folds[lost.part].name)", expected: "every class among the other runs",
        found: "none of '\(training.classes.names[lost.code])'",
        mend: "record more runs of each class, or calibrate by another field")
    }
  }

  /// Whether runs are held out, and no values of a field.
  public var isByRun: Bool { fields == [Self.run] }

  /// Whether one training run is learned from when another is held out: they share a value of no field.
  func isApart(_ run: Int, from other: Int) -> Bool { valuesOfRuns.allSatisfy { $0[run] != $0[other] } }

  /// The folds by the two coarsest fields, or by one where two cannot be held out together; nil where none can.
  private static func foldsByNewFields(
    _ candidates: [CalibrationField], _ training: TrainingRuns, _ request: IdentifyRequest, in snapshot: Snapshot
  ) throws(EngramError) -> CalibrationFolds? {
    let coarsest = candidates.sorted { ($0.values.count, $0.name) < ($1.values.count, $1.name) }
    guard let first = coarsest.first else { return nil }
    if coarsest.count > 1 {
      do throws(EngramError) {
        // Without the values of more fields too little would be left to learn from.
        let both = try CalibrationFolds(by: Array(coarsest.prefix(2)), training, request, in: snapshot)
        if both.folds.count > 1, both.lostClass(training) == nil { return both }
      } catch {
        guard error.code == .invalidData else { throw error }
      }
    }
    return try CalibrationFolds(by: [first], training, request, in: snapshot)
  }

  /// The fields that are asked for, whose values can be held out; none for runs.
  private static func given(
    _ names: [String], _ training: TrainingRuns, in snapshot: Snapshot
  ) throws(EngramError) -> [CalibrationField] {
    if names == [run] { return [] }
    var fields: [CalibrationField] = []
    for name in names where !fields.contains(where: { $0.name == name }) {
      let field = CalibrationField(
        name: name, values: try trained(by: name, training, in: snapshot).filter { !$0.examples.isEmpty })
      try check(field.values.map(\.examples), of: name, training, in: snapshot)
      fields.append(field)
    }
    return fields
  }

  /// The training examples of each value of a field, which may be none.
  private static func trained(
    by field: String, _ training: TrainingRuns, in snapshot: Snapshot
  ) throws(EngramError) -> [ExampleGroup] {
    try snapshot.groups(by: [field]).map {
      ExampleGroup(key: $0.key, examples: $0.examples.intersection(training.examples))
    }
  }

  /// What values the examples have that no training run has, the fields that tell runs apart instead of kinds, and the fields of
  /// those values that could be held out.
  private static func candidates(
    _ request: IdentifyRequest, _ training: TrainingRuns, examples: ExampleSet, in snapshot: Snapshot
  ) throws(EngramError) -> (newValues: [String], runFields: [String], fields: [CalibrationField]) {
    var newValues: [String] = []
    var runFields: [String] = []
    var candidates: [CalibrationField] = []
    let label = request.label.lowercased()
    for field in try snapshot.fields() where field.type == .text && field.name.lowercased() != label {
      let groups = try snapshot.groups(by: [field.name])
      let trained = groups.map {
        ExampleGroup(key: $0.key, examples: $0.examples.intersection(training.examples))
      }
      let fresh = groups.indices.filter {
        trained[$0].examples.isEmpty && !groups[$0].examples.isDisjoint(with: examples)
      }
      if fresh.isEmpty { continue }
      let isStandard = MetadataField.standard.contains { $0.name.lowercased() == field.name.lowercased() }
      if !isStandard, hasOneValueForEachRun(trained, training) {
        runFields.append(field.name)
        continue
      }
      newValues.append("\(field.name) " + CommonColumns.some(fresh.map { quoted(groups[$0].key[0]) }))
      let values = trained.filter { !$0.examples.isEmpty }
      if values.count > 1, training.lostClass(without: values.map(\.examples)) == nil {
        candidates.append(CalibrationField(name: field.name, values: values))
      }
    }
    return (newValues, runFields, candidates)
  }

  /// Whether every training run has a value of a field of its own; a field that some have no value of may name kinds.
  private static func hasOneValueForEachRun(_ values: [ExampleGroup], _ training: TrainingRuns) -> Bool {
    training.runs.count > 1
      && values.count { $0.key[0] != .null && !$0.examples.isEmpty } == training.runs.count
  }

  private static func quoted(_ value: MetadataValue) -> String { value == .null ? "NULL" : "'\(value)'" }

  private static func check(
    _ values: [ExampleSet], of field: String, _ training: TrainingRuns, in snapshot: Snapshot
  ) throws(EngramError) {
    guard values.count > 1 else {
      throw EngramError(
        .invalidData, "nothing is left to learn from when the one value of '\(field)' is held out",
        file: snapshot.store.path, expected: "at least two values among the training runs", found: "\(values.count)",
        mend: "calibrate by run (\(set: .calibrateBy, to: "run_id"))")
    }
    if let lost = training.lostClass(without: values) {
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
}
