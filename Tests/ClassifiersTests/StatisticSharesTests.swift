// StatisticSharesTests.swift -- what statistics add is exact where it can be worked out.

import Base
import Classifiers
import TestSupport
import Testing
import TrajectoryModel

/// A model whose probability of class 1 is a weighted sum of the columns.
private struct LinearModel: ClassifierModel {
  let weights: [Float]
  let classCount = 2
  var columnCount: Int { weights.count }
  var summary: JSONObject { JSONObject() }

  func probabilities(of features: borrowing Matrix, rows: [Int32]?, work: WorkContext) throws(EngramError) -> [Float] {
    var all: [Float] = []
    for row in 0..<features.rows {
      var sum: Float = 0
      for column in 0..<columnCount { sum += weights[column] * Float(features[row, column]) }
      all += [1 - sum, sum]
    }
    return all
  }

  func encoded() throws(EngramError) -> ModelFile { ModelFile(kind: "linear", header: JSONObject()) }
}

@Suite(.seedReport) struct StatisticSharesTests {
  /// Three position columns, then three statistics of two samples; the second does not count.
  private let layout = FeatureLayout(positionCount: 3, statisticCount: 3, sampleCount: 2)
  private let model = LinearModel(weights: [0.01, 0.02, 0.03, 0.1, 0.05, 0, 0, 0.2, 0.1])

  private func matrix(rows: Int, seed: UInt64) throws -> Matrix {
    var random = SeededGenerator(seed: seed)
    let values = (0..<(rows * 9)).map { _ in Float.random(in: 0...1, using: &random) }
    return try filledMatrix(rows: rows, columns: 9, layout: .columnMajor) { Double(values[$0 * 9 + $1]) }
  }

  @Test func `of a linear model every statistic has its own term, less that of the background`() throws {
    let examples = try matrix(rows: 4, seed: 1)
    let background = try matrix(rows: 1, seed: 2)
    let shares = try StatisticShares(
      of: examples, background: background, layout: layout, model: model, draws: 4, options: FitOptions())
    let columns = [3..<5, 5..<7, 7..<9, 0..<3]
    #expect(shares.playerCount == 4)
    for row in 0..<4 {
      for (player, range) in columns.enumerated() {
        var expected = 0.0
        for column in range {
          expected += Double(model.weights[column]) * (examples[row, column] - background[0, column])
        }
        #expect(abs(shares[row, player, 1] - expected) < 1e-6)
        #expect(abs(shares[row, player, 0] + expected) < 1e-6)
      }
    }
  }

  @Test func `the shares do not depend on the number of threads`() throws {
    let examples = try matrix(rows: 20, seed: 3)
    let background = try matrix(rows: 10, seed: 4)
    func shares(_ threads: Int, seed: UInt64 = 5) throws -> StatisticShares {
      try StatisticShares(
        of: examples, background: background, layout: layout, model: model, draws: 3,
        options: FitOptions(seed: seed, work: WorkContext(threads: threads)))
    }
    #expect(try shares(1) == shares(4))
    #expect(try shares(1) != shares(1, seed: 6))
  }
}
