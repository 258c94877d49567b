// CalibrationFolds.swift -- the parts of the training examples that are held out in turn, by the values of fields.

import Base
import Classifiers
import Splits
import TrajectoryModel
import TrajectoryStore

/// A field and the training examples of each of its values.
struct CalibrationField {
  /// Its name.
  let name: String
  /// The examples of each value, none of which is empty.
  let values: [ExampleGroup]
}

/// The parts of the training examples that are held out in turn.
struct CalibrationFolds {
  /// The fields whose values are held out; `run_id` alone without any.
  let fields: [String]
  /// For each field the value that each training run has of it, as a number.
  let valuesOfRuns: [[Int32]]
  /// Train and held-out examples of each part.
  let folds: [Split]

  /// Folds of runs; the most parts of one field, and of several fields together.
  private static let runFolds = 5
  private static let mostParts = 10, mostCells = 20

  /// Holds out values of fields: of one field each value in turn, of several what has one value of each.
  ///
  /// What is learned from has the held-out value of none of the fields. Values of a field that has too many are held out some at a time,
  /// each class in each part where that can be; so are runs, where there is no field.
  ///
  /// - Parameters:
  ///   - fields: The fields, coarsest first; none holds out runs.
  ///   - training: What is learned from.
  ///   - request: Its seed decides which values are held out together, and its label says what the classes are of.
  ///   - snapshot: Where the examples are.
  /// - Throws: ``EngramError`` with code `invalidData` when a class has only one run, or values cannot be dealt out.
  init(
    by fields: [CalibrationField], _ training: TrainingRuns, _ request: IdentifyRequest, in snapshot: Snapshot
  ) throws(EngramError) {
    let ids = training.examples.ids
    guard !fields.isEmpty else {
      self.fields = [CalibrationGroups.run]
      let runs = Array(0..<Int32(training.runs.count))
      valuesOfRuns = [runs]
      let fewest = try Self.fewestRuns(training, request, in: snapshot)
      folds = try Self.parts(
        training.runs.codes, min(Self.runFolds, fewest), by: CalibrationGroups.run, training, request
      )
      .map { (name, test) in Split(name: name, train: training.examples.subtracting(test), test: test) }
      return
    }
    self.fields = fields.map(\.name)
    let values = fields.map { field in Self.values(of: ids, in: field.values.map(\.examples)) }
    valuesOfRuns = values.map { own in
      var ofRuns = [Int32](repeating: 0, count: training.runs.count)
      for (row, run) in training.runs.codes.enumerated() { ofRuns[Int(run)] = own[row] }
      return ofRuns
    }
    let most = Self.mostParts(of: fields)
    var folds: [Split] = []
    for (place, field) in fields.enumerated() {
      var parts: [(name: String, test: ExampleSet)] = field.values.map { ("\(field.name)=\($0.key[0])", $0.examples) }
      if parts.count > most {
        _ = try Self.fewestRuns(training, request, in: snapshot)
        parts = try Self.parts(values[place], most, by: field.name, training, request)
        if fields.count > 1 {
          parts = parts.enumerated().map { ("\(field.name) \($0 + 1) of \(parts.count)", $1.test) }
        }
      }
      if place == 0 {
        folds = parts.map { Split(name: $0.name, train: training.examples.subtracting($0.test), test: $0.test) }
      } else {
        folds = folds.flatMap { fold in
          parts.map { part in
            Split(
              name: "\(fold.name), \(part.name)", train: fold.train.subtracting(part.test),
              test: fold.test.intersection(part.test))
          }
        }
      }
    }
    self.folds = folds.filter { !$0.test.isEmpty }
  }

  /// The first class of which nothing is left to learn from when a part is held out, and that part.
  func lostClass(_ training: TrainingRuns) -> (part: Int, code: Int)? {
    training.lostClass(without: folds.map { training.examples.subtracting($0.train) })
  }

  /// How many parts the values of a field are held out in at most, so that there are not too many together.
  private static func mostParts(of fields: [CalibrationField]) -> Int {
    if fields.count == 1 { return mostParts }
    if fields.reduce(1, { min($0, mostCells) * $1.values.count }) <= mostCells { return mostCells }
    var most = 2
    while (0..<fields.count).reduce(1, { cells, _ in min(cells, mostCells) * (most + 1) }) <= mostCells { most += 1 }
    return most
  }

  /// Deals out values into so many parts, with all classes in each where that can be.
  private static func parts(
    _ values: [Int32], _ count: Int, by field: String, _ training: TrainingRuns, _ request: IdentifyRequest
  ) throws(EngramError) -> [(name: String, test: ExampleSet)] {
    let plan = StratifiedGroupKFoldSplits(folds: count, by: [field], seed: request.seed)
    let numbers = try plan.foldNumbers(of: training.labels.codes, groups: values)
    let ids = training.examples.ids
    return (0..<Int32(count)).compactMap { part in
      let test = ExampleSet(ids: ids.indices.filter { numbers[$0] == part }.map { ids[$0] })
      return test.isEmpty ? nil : (String(part), test)
    }
  }

  /// The number of runs of the class with the fewest, which must be two at least.
  private static func fewestRuns(
    _ training: TrainingRuns, _ request: IdentifyRequest, in snapshot: Snapshot
  ) throws(EngramError) -> Int {
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
    return fewest.0
  }

  /// For each example the place of the value it has.
  private static func values(of ids: [Int64], in values: [ExampleSet]) -> [Int32] {
    var own = [Int32](repeating: 0, count: ids.count)
    let rows = Dictionary(uniqueKeysWithValues: ids.enumerated().map { ($1, $0) })
    for (value, examples) in values.enumerated() {
      for id in examples.ids { if let row = rows[id] { own[row] = Int32(value) } }
    }
    return own
  }
}
