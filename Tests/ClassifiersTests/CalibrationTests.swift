// CalibrationTests.swift -- confidence is made true, and measured as the papers say.

import Classifiers
import Foundation
import TestSupport
import Testing

@Suite(.seedReport) struct CalibrationTests {
  /// Log-probabilities of three classes, and labels drawn from softmax(exponent x log p).
  private static func drawn(
    _ count: Int, exponent: Double, seed: UInt64
  ) -> (logs: LogProbabilities, labels: [Int32]) {
    var random = SeededGenerator(seed: seed)
    let scores = (0..<count).map { _ in (0..<3).map { _ in Double.random(in: -3...3, using: &random) } }
    let logs = LogProbabilities(
      values: scores.flatMap { row in
        let sum = row.reduce(0) { $0 + exp($1) }
        return row.map { $0 - log(sum) }
      }, classCount: 3)
    let truth = TemperatureScaling(exponent: exponent).probabilities(of: logs)
    let labels = (0..<count).map { row -> Int32 in
      let place = Double.random(in: 0..<1, using: &random)
      return place < truth[3 * row] ? 0 : place < truth[3 * row] + truth[3 * row + 1] ? 1 : 2
    }
    return (logs, labels)
  }

  @Test(arguments: [0.3, 1, 2.5])
  func `finds the exponent by which labels were drawn, within 5 in 100 of 20,000`(exponent: Double) {
    let (logs, labels) = Self.drawn(20_000, exponent: exponent, seed: 11)
    let found = TemperatureScaling(fitting: logs, labels: labels).exponent
    #expect(abs(found / exponent - 1) < 0.05, "seed 11: \(found)")
  }

  @Test func `calibrated confidence is true where the classifier's own is far too high`() {
    let (logs, labels) = Self.drawn(20_000, exponent: 0.3, seed: 12)
    let fitted = TemperatureScaling(fitting: logs.rows(Array(0..<10_000)), labels: Array(labels[..<10_000]))
    let (rest, restLabels) = (logs.rows(Array(10_000..<20_000)), Array(labels[10_000...]))
    func reliability(_ scaling: TemperatureScaling) -> Reliability {
      Reliability(probabilities: scaling.probabilities(of: rest), labels: restLabels, classCount: 3)
    }
    let (before, after) = (reliability(TemperatureScaling()), reliability(fitted))
    #expect(before.accuracy == after.accuracy)
    #expect(before.expectedCalibrationError > 0.15, "seed 12")
    #expect(after.expectedCalibrationError < 0.02, "seed 12")
    #expect(after.logLoss < before.logLoss)
  }

  @Test func `an exponent stays finite where every row is right, and small where every row is wrong`() {
    let logs = LogProbabilities(values: (0..<50).flatMap { _ in [log(0.9), log(0.1)] }, classCount: 2)
    let right = TemperatureScaling(fitting: logs, labels: [Int32](repeating: 0, count: 50)).exponent
    // Targets of 50.5/51: the exponent that turns 0.9 into that is log(101) / log(9).
    #expect(abs(right - log(101) / log(9)) < 1e-6)
    let wrong = TemperatureScaling(fitting: logs, labels: [Int32](repeating: 1, count: 50)).exponent
    #expect(wrong < TemperatureScaling.exponents.lowerBound * 1.01)
    #expect(TemperatureScaling(fitting: logs.rows([]), labels: []).exponent == 1)
  }

  @Test func `reliability is what can be worked out by hand`() {
    // Confidences 0.95 right, 0.91 wrong, 0.55 right; the bins are 0.9 to 1 and 0.5 to 0.6.
    let found = Reliability(
      probabilities: [0.95, 0.05, 0.09, 0.91, 0.55, 0.45], labels: [0, 0, 0], classCount: 2)
    #expect(found.bins[9].count == 2)
    #expect(found.bins[5].count == 1)
    #expect(abs(found.bins[9].meanConfidence - 0.93) < 1e-12)
    #expect(found.bins[9].accuracy == 0.5)
    #expect(abs(found.expectedCalibrationError - (2 * 0.43 + 0.45) / 3) < 1e-12)
    #expect(abs(found.accuracy - 2.0 / 3) < 1e-12)
    #expect(abs(found.logLoss + (log(0.95) + log(0.09) + log(0.55)) / 3) < 1e-12)
    #expect(Reliability(probabilities: [], labels: [], classCount: 2).expectedCalibrationError == 0)
  }

  @Test func `one tree that knows nothing keeps logarithms finite`() {
    let logs = LogProbabilities(of: [1, 0], classCount: 2, voters: 9)
    #expect(abs(exp(logs.values[0]) - 0.95) < 1e-12)
    #expect(abs(exp(logs.values[1]) - 0.05) < 1e-12)
  }

  @Test func `a group is the mean of its rows`() {
    let logs = LogProbabilities(values: [-1, -2, -3, -4, -5, -6], classCount: 2)
    #expect(logs.means(of: [1, 0, 1], groupCount: 2).values == [-3, -4, -3, -4])
  }
}
