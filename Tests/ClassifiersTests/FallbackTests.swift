// FallbackTests.swift -- when the best candidate cannot learn from all rows, the next one does, and the result says so.

import Base
import Classifiers
import TestSupport
import Testing
import TrajectoryModel

/// Forests of which some candidates fail when they learn from all rows.
private struct FailingGrid: CandidateGrid {
  var failures: [Int: EngramError]
  let candidates = (0..<3).map { JSONObject(dictionaryLiteral: ("number", .count($0))) }
  let batches = [[0, 1, 2]]

  func score(
    _ indices: [Int], _ features: borrowing Matrix, columns: FeatureLayout, labels: ClassLabels, train: [Int32],
    validation: [Int32], options: FitOptions
  ) throws(EngramError) -> [CandidateScore] {
    indices.map { .accuracy(0.9 - 0.1 * Double($0), note: nil) }
  }

  func classifier(_ index: Int) -> any Classifier { Forest(trees: index + 1, failure: failures[index]) }

  struct Forest: Classifier {
    static let kind = "random-forest"
    let trees: Int
    let failure: EngramError?
    var parameters: JSONObject { ["n_estimators": .count(trees)] }

    func fit(
      _ features: borrowing Matrix, columns: FeatureLayout, labels: ClassLabels, rows: [Int32]?, options: FitOptions
    ) throws(EngramError) -> any ClassifierModel {
      if let failure { throw failure }
      return try RandomForest(parameters: parameters).fit(
        features, columns: columns, labels: labels, rows: rows, options: options)
    }
  }
}

struct FallbackTests {
  private static func fit(_ failures: [Int: EngramError]) throws -> FittedCandidate {
    let features = try filledMatrix(rows: 60, columns: 1) { row, _ in Double(row % 3) }
    let labels = ClassLabels(codes: (0..<60).map { Int32($0 % 3) }, classCount: 3)
    let columns = FeatureLayout(statisticCount: 1, sampleCount: 1)
    let grid = FailingGrid(failures: failures)
    let search = GridSearch(folds: Fold.folds((0..<60).map { ($0 / 3) % 5 }, count: 5))
    let record = try search.run(grid, features, columns: columns, labels: labels, options: FitOptions())
    #expect(record.ranking == [0, 1, 2])
    return try grid.fitBest(of: record.ranking, features, columns: columns, labels: labels, options: FitOptions())
  }

  private static let singular = EngramError(.invalidData, "the data are singular")
  private static let infinite = EngramError(.invalidData, "the loss grew")

  @Test func `the best candidate learns where it can`() throws {
    let fitted = try Self.fit([1: Self.singular])
    #expect(fitted.classifier.parameters == ["n_estimators": 1])
    #expect(fitted.passedOver.isEmpty)
  }

  @Test func `the next best learns where the best cannot, and what was passed over is said`() throws {
    let fitted = try Self.fit([0: Self.singular, 1: Self.infinite])
    #expect(fitted.classifier.parameters == ["n_estimators": 3])
    #expect(
      fitted.passedOver == [
        PassedOverCandidate(candidate: 0, reason: "the data are singular"),
        PassedOverCandidate(candidate: 1, reason: "the loss grew"),
      ])
  }

  @Test func `where none can, the error is that of the best`() throws {
    let error = refusal(.invalidData) {
      _ = try Self.fit([0: Self.singular, 1: Self.infinite, 2: Self.infinite])
    }
    #expect(error?.message == "the data are singular")
  }

  @Test(arguments: [EngramError.Code.cancelled, .limit, .usage])
  func `what is no fault of the candidate ends the work`(code: EngramError.Code) throws {
    refusal(code) { _ = try Self.fit([0: EngramError(code, "stopped")]) }
  }
}
