// Trial.swift -- one classifier fitted and timed.

import Base
import Classifiers
import Glibc
import TrajectoryModel

/// One command: which classifier, on which rows.
struct Trial {
  private let classifier: any Classifier
  private let train: String
  private let test: String
  private let layout: MatrixLayout
  private let columns: [Int]?
  private let options: FitOptions
  private let wantsPredictions: Bool

  /// Reads a command.
  init(_ command: JSONObject) throws(EngramError) {
    try command.checkKeys([
      "kind", "parameters", "train", "test", "seed", "threads", "layout", "columns", "predictions",
    ])
    classifier = try Self.classifier(command.string("kind"), command.object("parameters"))
    train = try command.string("train")
    test = try command.string("test")
    let seed = try command.optional("seed") { (value) throws(EngramError) in try value.asInteger() } ?? 0
    let threads = try command.optional("threads") { (value) throws(EngramError) in try value.asInteger() } ?? 2
    options = FitOptions(seed: UInt64(bitPattern: seed), work: WorkContext(threads: Int(threads)))
    let word = try command.optional("layout") { (value) throws(EngramError) in try value.asString() } ?? "row-major"
    guard let layout = MatrixLayout(rawValue: word) else { throw EngramError(.usage, "no such layout", found: word) }
    self.layout = layout
    columns = try command.optional("columns") { (value) throws(EngramError) in try value.asIntegers().map { Int($0) } }
    wantsPredictions =
      try command.optional("predictions") { (value) throws(EngramError) in try value.asBool() } ?? false
  }

  /// The classifier of a kind.
  private static func classifier(_ kind: String, _ parameters: JSONObject) throws(EngramError) -> any Classifier {
    switch kind {
    case Conv1DNetwork.kind: return try Conv1DNetwork(parameters: parameters)
    case RandomForest.kind: return try RandomForest(parameters: parameters)
    case LinearSVM.kind: return try LinearSVM(parameters: parameters)
    default: throw EngramError(.usage, "there is no such kind of classifier", found: kind)
    }
  }

  /// What there is to say of a model beside its summary.
  private static func details(of model: any ClassifierModel) -> JSONObject {
    var details = JSONObject()
    switch model {
    case let forest as ForestModel:
      let importances = forest.giniImportances
      details["importances"] = .array(importances.mean.map { .real($0) })
    default: break
    }
    return details
  }

  /// Fits, predicts and reports.
  func run(on data: BenchData) throws(EngramError) -> JSONObject {
    switch layout {
    case .rowMajor: try run(on: data.rowMajor, data)
    case .columnMajor: try run(on: data.columnMajor, data)
    }
  }

  private func run(on features: borrowing Matrix, _ data: BenchData) throws(EngramError) -> JSONObject {
    let (trainRows, testRows) = (try data.rows(train), try data.rows(test))
    let columns =
      columns.map { FeatureLayout(positionCount: $0[0], statisticCount: $0[1], sampleCount: $0[2]) }
      ?? FeatureLayout(statisticCount: features.columns, sampleCount: 1)
    let started = MonotonicClock.seconds
    let model = try classifier.fit(
      features, columns: columns, labels: data.labels, rows: trainRows, options: options)
    let fitted = MonotonicClock.seconds
    let predicted = try model.predict(features, rows: testRows, work: options.work)
    let ended = MonotonicClock.seconds
    let correct = zip(predicted, testRows).count { $0 == data.labels.codes[Int($1)] }
    var answer = JSONObject()
    answer["fitSeconds"] = .real(fitted - started)
    answer["predictSeconds"] = .real(ended - fitted)
    answer["accuracy"] = .real(Double(correct) / Double(testRows.count))
    answer["summary"] = .object(model.summary)
    answer["details"] = .object(Self.details(of: model))
    if wantsPredictions { answer["predicted"] = .array(predicted.map { .integer(Int64($0)) }) }
    return answer
  }
}
