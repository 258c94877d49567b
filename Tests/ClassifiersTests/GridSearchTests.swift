// GridSearchTests.swift -- which candidate wins, what is skipped, and that a stopped search ends as one that was not.

import Base
import Classifiers
import Synchronization
import Testing
import TrajectoryModel

/// Candidates whose accuracy the test sets: candidate k is right on its share of the validation rows.
private struct SetGrid: CandidateGrid {
  var accuracies: [Double]
  var skips: [Int: String] = [:]
  var batches: [[Int]] = []
  /// Told the candidates and the number of train rows of each call.
  var seen: @Sendable ([Int], [Int32]) -> Void = { _, _ in }

  init(_ accuracies: [Double], batches: [[Int]]? = nil) {
    self.accuracies = accuracies
    self.batches = batches ?? [Array(accuracies.indices)]
  }

  var candidates: [JSONObject] {
    accuracies.indices.map { index in
      var object = JSONObject()
      object["number"] = .integer(Int64(index))
      return object
    }
  }

  func score(
    _ indices: [Int], _ features: borrowing Matrix, columns: FeatureLayout, labels: ClassLabels, train: [Int32],
    validation: [Int32], options: FitOptions
  ) throws(EngramError) -> [CandidateScore] {
    seen(indices, train)
    options.work.report("training", 1, of: 1)
    return indices.map { index in skips[index].map { .skipped($0) } ?? .accuracy(accuracies[index], note: nil) }
  }

  func classifier(_ index: Int) -> any Classifier { Nothing() }

  struct Nothing: Classifier {
    static let kind = "nothing"
    var parameters: JSONObject { JSONObject() }

    func fit(
      _ features: borrowing Matrix, columns: FeatureLayout, labels: ClassLabels, rows: [Int32]?, options: FitOptions
    ) throws(EngramError) -> any ClassifierModel {
      throw EngramError(.unsupported, "this classifier is only searched for")
    }
  }
}

struct GridSearchTests {
  static let labels = ClassLabels(codes: (0..<300).map { $0 % 3 }, classCount: 3)
  static let columns = FeatureLayout(statisticCount: 1, sampleCount: 1)
  static let folds = Fold.folds((0..<300).map { ($0 / 3) % 5 }, count: 5)

  private static func run(
    _ grid: SetGrid, _ strategy: SearchStrategy = .exhaustive, from record: SearchRecord = SearchRecord(),
    work: WorkContext = WorkContext(), checkpoint: (SearchRecord) throws(EngramError) -> Void = { _ in }
  ) throws -> SearchRecord {
    let features = try Matrix(rows: 300, columns: 1)
    return try GridSearch(strategy, folds: folds).run(
      grid, features, columns: columns, labels: labels, options: FitOptions(seed: 3, work: work), from: record,
      checkpoint: checkpoint)
  }

  @Test func `the best mean wins, and the first of equals`() throws {
    #expect(try Self.run(SetGrid([0.5, 0.7, 0.7, 0.1])).best == 1)
    #expect(try Self.run(SetGrid([0.4])).best == 0)
  }

  @Test func `a candidate that cannot be tried is skipped with its reason, after one fold`() throws {
    var grid = SetGrid([0.5, 0.9, 0.6])
    grid.skips[1] = "more components than columns"
    let record = try Self.run(grid)
    #expect(record.best == 2)
    #expect(record.outcome(of: 1) == .skipped("more components than columns"))
    #expect(record.rungs[0].scores.map { $0[1] } == [.skipped("more components than columns"), nil, nil, nil, nil])
    grid.skips = [0: "a", 1: "b", 2: "c"]
    let all = grid
    let error = #expect(throws: EngramError.self) { try Self.run(all) }
    #expect(error?.code == .invalidData)
    #expect(error?.found == "a")
  }

  @Test func `halving keeps a third for three times as many rows, and says what it dropped`() throws {
    let record = try Self.run(SetGrid([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]), .halving(factor: 3))
    #expect(record.rungs.map(\.rowCount) == [33, 99, 297])
    #expect(record.rungs.map(\.candidates) == [Array(0..<9), [6, 7, 8], [8]])
    #expect(record.best == 8)
    #expect(record.outcome(of: 0) == .dropped(accuracy: 0.1, rowCount: 33))
    guard case .dropped(_, 99)? = record.outcome(of: 7) else {
      Issue.record("\(String(describing: record.outcome(of: 7)))")
      return
    }
  }

  @Test func `a smaller rung learns from some of the rows of a larger one, every class among them`() throws {
    let (rows, record) = (Rows(), SearchRecord())
    var grid = SetGrid([0.1, 0.2, 0.3, 0.4])
    grid.seen = { _, train in rows.add(train) }
    _ = try Self.run(grid, .halving(factor: 3), from: record)
    let first = Set(rows.all[0])
    #expect(rows.all.count == 10)
    #expect(first.isSubset(of: rows.all[5]))
    #expect(first.count < rows.all[5].count)
    #expect(Self.labels.counts(of: rows.all[0]).allSatisfy { $0 > 0 })
  }

  @Test(arguments: [SearchStrategy.exhaustive, .halving(factor: 3)])
  func `a search that was stopped goes on from its record and does nothing twice`(strategy: SearchStrategy) throws {
    let grid = SetGrid([0.1, 0.4, 0.3, 0.2, 0.15, 0.35], batches: [[0, 1], [2, 3], [4, 5]])
    let whole = try Self.run(grid, strategy)
    for stop in 1..<15 {
      var kept = SearchRecord()
      var steps = 0
      _ = try? Self.run(grid, strategy) { (record) throws(EngramError) in
        steps += 1
        kept = record
        if steps == stop { throw EngramError(.cancelled, "stopped") }
      }
      // What was kept has been through its JSON form, as in a store.
      let read = try SearchRecord(json: JSONValue(parsing: kept.json.text()))
      #expect(read == kept)
      let calls = Rows()
      var counted = grid
      counted.seen = { _, train in calls.add(train) }
      let told = Mutex<[WorkContext.Progress]>([])
      let work = WorkContext(progress: { progress in told.withLock { $0.append(progress) } })
      #expect(try Self.run(counted, strategy, from: read, work: work) == whole)
      // What was kept is told as found, for it says nothing of the pace.
      let heard = told.withLock { $0 }
      #expect(heard.allSatisfy { 0 < $0.found && $0.found < $0.done }, "\(heard)")
      #expect(heard.first.map { $0.found == heard.last?.found } ?? true)
      let total = whole.rungs.reduce(0) { sum, rung in
        sum + 5 * grid.batches.count { batch in rung.candidates.contains { batch.contains($0) } }
      }
      #expect(calls.all.count == max(0, total - stop))
    }
  }

  @Test func `folds with too few examples are refused`() throws {
    let features = try Matrix(rows: 300, columns: 1)
    let search = GridSearch(folds: [Fold(train: [0, 3, 6], validation: [1])])
    let error = #expect(throws: EngramError.self) {
      try search.run(SetGrid([1]), features, columns: Self.columns, labels: Self.labels, options: FitOptions())
    }
    #expect(error?.code == .invalidData)
    #expect(error?.place == "fold 0")
  }
}

/// The train rows of each call of a grid.
private final class Rows: @unchecked Sendable {
  // The searches of these tests call from one thread.
  private(set) var all: [[Int32]] = []

  func add(_ rows: [Int32]) { all.append(rows) }
}
