// HarshInputTests.swift -- finite numbers of any scale: every classifier learns from them, or says which column it cannot take.

import Base
import Classifiers
import Foundation
import TestSupport
import Testing
import TrajectoryModel

@Suite(.seedReport) struct HarshInputTests {
  private static let rowCount = 96
  private static let layout = FeatureLayout(statisticCount: 6, sampleCount: 3)
  private static let labels = ClassLabels(codes: (0..<Int32(rowCount)).map { $0 % 3 }, classCount: 3)

  /// Parameters under which each kind learns in a moment.
  private static let quick: [ClassifierKind: JSONObject] = [
    .randomForest: ["n_estimators": 20], .linearSVM: ["C": 1],
    .conv1D: ["ksize": 2, "num_filters": 4, "max_epochs": 5, "train_batch_size": 16],
  ]

  /// A column that tells the classes apart, and columns that hurt: constants, outliers, tiny and huge values.
  private static func numbers(_ seed: UInt64, range: ClosedRange<Int>) -> [[Double]] {
    var random = SeededGenerator(seed: seed)
    var columns: [[Double]] = []
    for column in 0..<layout.columnCount {
      let scale = pow(10, Double(Int.random(in: range, using: &random)))
      var values = (0..<rowCount).map { _ in Double.random(in: -1...1, using: &random) * scale }
      switch Int.random(in: 0..<5, using: &random) {
      case 0: values = values.map { _ in scale }
      case 1: values[Int.random(in: 0..<rowCount, using: &random)] = scale * 1e6
      case 2:
        for row in 0..<rowCount where row % 7 == 0 {
          values[row] = pow(10, Double(Int.random(in: range, using: &random)))
        }
      default: break
      }
      if column < layout.sampleCount {
        values = values.enumerated().map { (Double($0.offset % 3) + 0.1 * $0.element / scale) * scale }
      }
      columns.append(values)
    }
    return columns
  }

  @Test(arguments: ClassifierKind.allCases, 0..<12)
  func `finite numbers of any scale are learned from, and no answer is NaN`(kind: ClassifierKind, seed: UInt64) throws {
    let range = seed % 2 == 0 ? -30...30 : -19...19
    let type: ElementType = seed % 3 == 0 ? .float64 : .float32
    let numbers = Self.numbers(seed, range: range)
    let features = try filledMatrix(rows: Self.rowCount, columns: Self.layout.columnCount, elementType: type) {
      numbers[$1][$0]
    }
    let classifier = try kind.classifier(try #require(Self.quick[kind]))
    let model: any ClassifierModel
    do {
      model = try classifier.fit(
        features, columns: Self.layout, labels: Self.labels, rows: nil, options: FitOptions(seed: seed))
    } catch {
      Issue.record("\(kind.rawValue) does not learn: \(error)")
      return
    }
    // What it has learned from, and numbers of other columns: far outside of what it knows.
    let others = Self.numbers(seed + 100, range: range)
    let strange = try filledMatrix(rows: Self.rowCount, columns: Self.layout.columnCount, elementType: type) {
      others[$1][$0]
    }
    try Self.expectProbabilities(of: model, features)
    try Self.expectProbabilities(of: model, strange)
  }

  @Test func `a confident wrong outlier costs a network a large loss and not its training`() throws {
    // An outlier of a million standard deviations, of the wrong class, that no scaling tames.
    let features = try filledMatrix(rows: 32, columns: 3) { row, column in
      row == 31 ? 1e6 : Double(row % 2 == 0 ? 1 : -1)
    }
    let labels = ClassLabels(codes: (0..<32).map { $0 == 31 ? 0 : Int32($0 % 2) }, classCount: 2)
    let network = Conv1DNetwork(
      kernelSize: 1, filterCount: 4, batchSize: 32, epochCount: 40, standardizes: false)
    let model = try network.fit(
      features, columns: FeatureLayout(statisticCount: 1, sampleCount: 3), labels: labels, rows: nil,
      options: FitOptions(seed: 1))
    #expect(try model.summary.real("training_loss").isFinite)
  }

  private static func expectProbabilities(of model: any ClassifierModel, _ features: borrowing Matrix) throws {
    let probabilities = try model.probabilities(of: features, rows: nil, work: WorkContext())
    #expect(probabilities.allSatisfy { $0 >= 0 && $0 <= 1 })
    for start in stride(from: 0, to: probabilities.count, by: 3) {
      let sum = probabilities[start..<(start + 3)].reduce(0, +)
      #expect(abs(sum - 1) < 1e-4, "row \(start / 3)")
    }
  }
}
