// StrangeShapeTests.swift -- finite inputs of strange shapes: learned from, or refused with what is wrong, and never NaN.

import Base
import Classifiers
import Foundation
import TestSupport
import Testing
import TrajectoryModel

@Suite(.seedReport) struct StrangeShapeTests {
  /// An input that somebody might have.
  struct Input: Sendable, CustomTestStringConvertible {
    var name: String
    var rows: Int
    var statistics: Int
    var samples = 1
    var positions = 0
    var type = ElementType.float32
    var classCount: Int
    /// The class of a row; nil for the row's number.
    var code: @Sendable (Int) -> Int
    var value: @Sendable (_ row: Int, _ column: Int, inout SeededGenerator) -> Double

    var testDescription: String { name }
    var layout: FeatureLayout {
      FeatureLayout(positionCount: positions, statisticCount: statistics, sampleCount: samples)
    }
    var columns: Int { positions + statistics * samples }
    var labels: ClassLabels { ClassLabels(codes: (0..<rows).map { Int32(code($0)) }, classCount: classCount) }

    func features(_ seed: UInt64) throws -> Matrix {
      var random = SeededGenerator(seed: seed)
      return try filledMatrix(rows: rows, columns: columns, elementType: type) { value($0, $1, &random) }
    }
  }

  static let inputs: [Input] = [
    Input(name: "all columns constant", rows: 40, statistics: 5, samples: 3, classCount: 4, code: { $0 % 4 }) {
      _, column, _ in
      Double(column) * 1e3 - 7
    },
    Input(name: "all values zero", rows: 40, statistics: 5, samples: 3, classCount: 2, code: { $0 % 2 }) { _, _, _ in 0
    },
    Input(name: "one example of each class", rows: 6, statistics: 4, samples: 3, classCount: 6, code: { $0 }) {
      row, column, _ in
      Double(row * column % 5)
    },
    Input(name: "two examples", rows: 2, statistics: 3, samples: 3, classCount: 2, code: { $0 }) { row, column, _ in
      Double(row + column)
    },
    Input(name: "two equal examples of two classes", rows: 2, statistics: 3, classCount: 2, code: { $0 }) {
      _, column, _ in
      Double(column)
    },
    Input(
      name: "duplicate rows with different labels", rows: 60, statistics: 4, samples: 3, classCount: 3, code: { $0 % 3 }
    ) {
      row, column, _ in Double((row / 3) * column % 7)
    },
    Input(
      name: "Float32 columns at the edge of the type", rows: 48, statistics: 4, samples: 3, classCount: 2,
      code: { $0 % 2 }
    ) { row, _, random in (row % 2 == 0 ? 1 : -1) * 3.4e38 * Double.random(in: 0.9...1, using: &random) },
    Input(name: "Float32 denormals", rows: 48, statistics: 4, samples: 3, classCount: 2, code: { $0 % 2 }) {
      row, _, random in
      1e-44 * Double(row % 2 + Int.random(in: 0...3, using: &random))
    },
    Input(
      name: "Float64 columns of 1e300", rows: 48, statistics: 4, samples: 3, type: .float64, classCount: 2,
      code: { $0 % 2 }
    ) { row, _, random in (row % 2 == 0 ? 1 : -1) * 1e300 * Double.random(in: 0.5...1, using: &random) },
    Input(
      name: "Float64 columns that differ in the last bits", rows: 48, statistics: 4, samples: 3, type: .float64,
      classCount: 2, code: { $0 % 2 }
    ) { row, _, _ in row % 2 == 0 ? 1e17 : (1e17).nextUp },
    Input(name: "one huge value among small ones", rows: 48, statistics: 4, samples: 3, classCount: 2, code: { $0 % 2 })
    {
      row, column, random in
      row == 5 && column == 2 ? 1e38 : Double(row % 2) + Double.random(in: 0...0.1, using: &random)
    },
    Input(name: "200 classes", rows: 400, statistics: 4, samples: 3, classCount: 200, code: { $0 % 200 }) {
      row, column, _ in
      Double((row % 200) * (column + 1) % 211)
    },
    Input(
      name: "classes of which most have no row", rows: 40, statistics: 4, samples: 3, classCount: 50,
      code: { 17 + $0 % 2 }
    ) {
      row, _, random in Double(row % 2) + Double.random(in: 0...1, using: &random)
    },
    Input(
      name: "far more columns than rows", rows: 20, statistics: 1_000, samples: 10, positions: 3, classCount: 2,
      code: { $0 % 2 }
    ) { row, _, random in Double(row % 2) + Double.random(in: 0...1, using: &random) },
    Input(name: "one column", rows: 30, statistics: 1, classCount: 3, code: { $0 % 3 }) { row, _, _ in Double(row % 3)
    },
    Input(
      name: "positions that all rows share", rows: 30, statistics: 2, samples: 3, positions: 3, classCount: 2,
      code: { $0 % 2 }
    ) {
      row, column, _ in column < 3 ? (column == 1 ? 1 : 0) : Double(row % 2)
    },
  ]

  /// Parameters under which each kind learns in a moment, also from few rows.
  private static func parameters(_ kind: ClassifierKind, rows: Int) -> [JSONObject] {
    switch kind {
    case .randomForest: [["n_estimators": 10], ["n_estimators": 3, "max_features": "all"]]
    case .linearSVM:
      [["C": 1], ["C": 5e6], ["C": 1, "standardize": true], ["C": 1, "standardize": true, "n_components": 1]]
    case .conv1D:
      [true, false].map { scaled in
        [
          "ksize": 1, "num_filters": 4, "max_epochs": 3, "train_batch_size": .integer(Int64(min(16, rows))),
          "zscore_data": .bool(scaled),
        ]
      }
    }
  }

  @Test(arguments: ClassifierKind.allCases, inputs.indices)
  func `strange finite inputs are learned from or refused, and no answer is NaN`(kind: ClassifierKind, place: Int)
    throws
  {
    let input = Self.inputs[place]
    let features = try input.features(UInt64(place))
    for parameters in Self.parameters(kind, rows: input.rows) {
      let said = "\(input.name), \(try JSONValue.object(parameters).text())"
      let model: any ClassifierModel
      do {
        model = try kind.classifier(parameters).fit(
          features, columns: input.layout, labels: input.labels, rows: nil, options: FitOptions(seed: 1))
      } catch {
        #expect([.invalidData, .usage].contains(error.code), "\(input.name): \(error)")
        // What is too large is named; nothing else may be refused here.
        #expect("\(error)".contains("column"), "\(said): \(error)")
        continue
      }
      let probabilities = try model.probabilities(of: features, rows: nil, work: WorkContext())
      #expect(probabilities.count == input.rows * input.classCount)
      #expect(probabilities.allSatisfy { $0 >= 0 && $0 <= 1 }, "\(said)")
      for row in 0..<input.rows {
        let sum = probabilities[(row * input.classCount)..<((row + 1) * input.classCount)].reduce(0, +)
        #expect(abs(sum - 1) < 1e-3, "\(input.name), row \(row)")
      }
      let predicted = try model.predict(features, rows: nil, work: WorkContext())
      #expect(predicted.allSatisfy { $0 >= 0 && $0 < Int32(input.classCount) })
    }
  }

  @Test(arguments: ClassifierKind.allCases)
  func `a fold whose train side has one class is refused by name`(kind: ClassifierKind) throws {
    let labels = ClassLabels(codes: (0..<20).map { $0 < 10 ? 0 : 1 }, classCount: 2)
    let features = try filledMatrix(rows: 20, columns: 3) { row, column in Double(row * column) }
    let fold = Fold(train: (0..<10).map { $0 }, validation: (10..<20).map { $0 })
    let grid = try GridSpecification(kind, parameters: JSONObject()).makeGrid()
    let error = #expect(throws: EngramError.self) {
      _ = try GridSearch(folds: [fold]).run(
        grid, features, columns: FeatureLayout(statisticCount: 1, sampleCount: 3), labels: labels, options: FitOptions()
      )
    }
    #expect(error?.code == .invalidData)
    #expect(error?.place == "fold 0")
  }

  @Test func `what is too large to calculate with is named by its column`() throws {
    let features = try filledMatrix(rows: 40, columns: 4, elementType: .float64) { row, column in
      column == 2 ? 1e200 * Double(row % 2 == 0 ? 1 : -1) : Double(row % 2)
    }
    let labels = ClassLabels(codes: (0..<40).map { Int32($0 % 2) }, classCount: 2)
    for scaled in [false, true] {
      let error = #expect(throws: EngramError.self) {
        _ = try LinearSVM(standardizes: scaled).fitted(
          features, columns: FeatureLayout(statisticCount: 4, sampleCount: 1), labels: labels)
      }
      #expect(error?.place?.contains("column 2") == true, "\(String(describing: error))")
    }
  }

  @Test func `a cost that is too large to calculate with is named`() throws {
    let features = try filledMatrix(rows: 40, columns: 4) { row, column in Double(row % (column + 2)) }
    let labels = ClassLabels(codes: (0..<40).map { Int32($0 % 2) }, classCount: 2)
    let error = #expect(throws: EngramError.self) {
      _ = try LinearSVM(cost: 1e308).fitted(
        features, columns: FeatureLayout(statisticCount: 4, sampleCount: 1), labels: labels)
    }
    #expect(error?.message.contains("C = 1e+308") == true, "\(String(describing: error))")
  }
}
