// GridTrial.swift -- the candidates of a grid scored together and timed.

import Base
import Classifiers
import TrajectoryModel

/// One command with `"grid": true`: all candidates of a grid, learned on some rows and scored on others.
struct GridTrial {
  private let grid: any CandidateGrid
  private let train: String
  private let test: String
  private let options: FitOptions

  /// Reads a command.
  init(_ command: JSONObject) throws(EngramError) {
    try command.checkKeys(["grid", "kind", "parameters", "train", "test", "seed", "threads"])
    let kind = try command.string("kind")
    guard kind == LinearSVM.kind else {
      throw EngramError(.usage, "there is no grid of this kind", expected: LinearSVM.kind, found: kind)
    }
    grid = try LinearSVMGrid(parameters: command.object("parameters"))
    train = try command.string("train")
    test = try command.string("test")
    options = FitOptions(
      seed: UInt64(bitPattern: try command.integer("seed")),
      work: WorkContext(threads: Int(try command.integer("threads"))))
  }

  /// Scores, times and reports: accuracy or null, and note, of each candidate.
  func run(on data: BenchData) throws(EngramError) -> JSONObject {
    let (trainRows, testRows) = (try data.rows(train), try data.rows(test))
    let started = MonotonicClock.seconds
    let scores = try grid.score(
      Array(grid.candidates.indices), data.rowMajor,
      columns: FeatureLayout(statisticCount: data.rowMajor.columns, sampleCount: 1), labels: data.labels,
      train: trainRows, validation: testRows, options: options)
    var answer = JSONObject()
    answer["seconds"] = .real(MonotonicClock.seconds - started)
    answer["scores"] = .array(
      scores.map { score in
        switch score {
        case .accuracy(let accuracy, let note):
          ["accuracy": .real(accuracy), "note": note.map { .string($0) } ?? .null]
        case .skipped(let reason): ["accuracy": .null, "note": .string(reason)]
        }
      })
    return answer
  }
}
