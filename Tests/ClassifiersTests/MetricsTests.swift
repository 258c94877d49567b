// MetricsTests.swift -- rates of confusion matrices and normal quantiles, beside those of NumPy and SciPy.

import Base
import Classifiers
import TestSupport
import Testing

struct MetricsTests {
  static let frozen = (try? Fixtures.json("parity/metrics.json").asObject()) ?? JSONObject()

  /// Whether a rate is what was frozen, where null is NaN.
  static func agrees(_ rate: Double, _ frozen: JSONValue) throws -> Bool {
    if frozen == .null { return rate.isNaN }
    return abs(rate - (try frozen.asReal())) <= 1e-12
  }

  static func matrix(_ value: JSONValue) throws -> ConfusionMatrix {
    let rows = try value.asArray().map { try $0.asIntegers() }
    return ConfusionMatrix(counts: rows.flatMap { $0 }, classCount: rows.count)
  }

  static func check(_ matrix: ConfusionMatrix, _ rates: JSONObject) throws {
    #expect(try agrees(matrix.accuracy, rates.require("accuracy") { (value) in value }))
    for code in 0..<matrix.classCount {
      #expect(try agrees(matrix.balancedAccuracy(of: code), rates.array("balanced_accuracy")[code]))
      #expect(try agrees(matrix.dPrime(of: code), rates.array("d_prime")[code]))
      #expect(try agrees(matrix.recall(of: code), rates.array("recall")[code]))
      #expect(try agrees(matrix.precision(of: code), rates.array("precision")[code]))
    }
  }

  @Test func `rates of every frozen matrix, of each split and of the sum, are those of NumPy and SciPy`() throws {
    let cases = try Self.frozen.array("cases")
    #expect(cases.count == 5)
    for value in cases {
      let object = try value.asObject()
      let metrics = SplitMetrics(try object.array("counts").map(Self.matrix))
      for (matrix, rates) in zip(metrics.matrices, try object.array("by_split")) {
        try Self.check(matrix, try rates.asObject())
      }
      try Self.check(metrics.sum, try object.object("mean"))
      #expect(abs(metrics.meanAccuracy - (try object.real("mean_accuracy_of_splits"))) < 1e-15)
      let error = try object.optional("sem") { (value) throws(EngramError) in try value.asReal() }
      #expect(error == nil ? metrics.accuracyError == nil : abs((metrics.accuracyError ?? 9) - (error ?? 0)) < 1e-15)
    }
  }

  @Test func `normal quantiles are those of SciPy to 1 in 10^13`() throws {
    for pair in try Self.frozen.array("quantiles") {
      let numbers = try pair.asReals()
      #expect(abs(normalQuantile(numbers[0]) - numbers[1]) <= 1e-13 * max(1, abs(numbers[1])), "\(numbers)")
    }
    #expect(normalQuantile(0) == -.infinity)
    #expect(normalQuantile(1) == .infinity)
    #expect(normalQuantile(1.5).isNaN)
    #expect(normalQuantile(.nan).isNaN)
  }

  @Test func `predictions are counted under the class that an example has`() {
    let matrix = ConfusionMatrix(actual: [0, 0, 1, 2], predicted: [0, 2, 1, 1], classCount: 3)
    #expect(matrix.counts == [1, 0, 1, 0, 1, 0, 0, 1, 0])
    #expect(matrix.accuracy == 0.5)
  }
}
