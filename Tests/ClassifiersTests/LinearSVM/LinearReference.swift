// LinearReference.swift -- what fixtures/make/linear_svm.py wrote, and matrices from rows.

import Base
import Classifiers
import Glibc
import TestSupport
import Testing
import TrajectoryModel

/// The frozen answers of NumPy, scikit-learn and exact arithmetic.
struct LinearReference {
  /// The optimum of a small data set for some parameters.
  struct Optimum {
    var machine: LinearSVM
    var objectives: [Double]
    /// Decision values of each row, for each problem.
    var decisions: [[Double]]
    var scikitLearn: [[Double]]?
  }

  struct Problem: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var rows: [[Double]]
    var labels: ClassLabels
    var layout: FeatureLayout
    var optima: [Optimum]
  }

  static let json: JSONObject = {
    do {
      return try Fixtures.json("parity/linear_svm.json").asObject()
    } catch {
      Issue.record(error)
      return JSONObject()
    }
  }()

  static func matrix(_ key: String, of object: JSONObject) throws -> [[Double]] {
    try object.array(key).map { try $0.asReals() }
  }

  static let problems: [Problem] = {
    do {
      return try json.array("problems").map { try problem($0.asObject()) }
    } catch {
      Issue.record(error)
      return []
    }
  }()

  private static func problem(_ object: JSONObject) throws -> Problem {
    let rows = try matrix("rows", of: object)
    let codes = try object.integers("classes").map { Int32($0) }
    let positions = Int(try object.integer("positions"))
    let optima = try object.array("cases").map { element in
      let one = try element.asObject()
      var machine = LinearSVM(cost: try one.real("C"), standardizes: try one.bool("standardize"))
      machine.componentCount = try one.optional("n_components") { v throws(EngramError) in Int(try v.asInteger()) }
      return Optimum(
        machine: machine, objectives: try one.reals("objectives"), decisions: try matrix("decisions", of: one),
        scikitLearn: one["scikit_learn"] == nil ? nil : try matrix("scikit_learn", of: one))
    }
    return Problem(
      testDescription: try object.string("name"), rows: rows,
      labels: ClassLabels(codes: codes, classCount: Int((codes.max() ?? 0) + 1)),
      layout: FeatureLayout(
        positionCount: positions, statisticCount: rows[0].count - positions, sampleCount: 1),
      optima: optima)
  }
}

/// A matrix of rows.
func featureMatrix(
  _ rows: [[Double]], _ type: ElementType = .float32, _ layout: MatrixLayout = .rowMajor
) throws -> Matrix {
  let columns = rows.first?.count ?? 0
  var matrix = try Matrix(rows: rows.count, columns: columns, elementType: type, layout: layout)
  for (row, values) in rows.enumerated() {
    for (column, value) in values.enumerated() { matrix[row, column] = value }
  }
  return matrix
}

/// Rows of standard normal numbers around a centre for each class, from a seed.
func blobs(_ count: Int, columns: Int, classes: Int, seed: UInt32, spread: Double = 1) -> ([[Double]], ClassLabels) {
  var random = RandomState(seed: seed)
  func uniform() -> Double { (Double(random.nextUInt32()) + 0.5) / 4_294_967_296 }
  func normal() -> Double { (-2 * log(uniform())).squareRoot() * cos(2 * .pi * uniform()) }
  let centers = (0..<classes).map { _ in (0..<columns).map { _ in spread * normal() } }
  let codes = (0..<count).map { Int32($0 % classes) }
  let rows = codes.map { code in centers[Int(code)].map { Double(Float($0 + normal())) } }
  return (rows, ClassLabels(codes: codes, classCount: classes))
}
