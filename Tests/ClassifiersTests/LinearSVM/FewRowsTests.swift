// FewRowsTests.swift -- few rows of many columns, which are turned into the space that they span.

import Base
import Classifiers
import Testing
import TrajectoryModel

@Suite struct FewRowsTests {
  private static let layout = FeatureLayout(statisticCount: 90, sampleCount: 1)

  @Test(arguments: [(1.0, false), (50.0, true)])
  func `Newton's method finds in the space of the rows what coordinate descent finds in the columns`(
    cost: Double, standardizes: Bool
  ) throws {
    let (rows, labels) = blobs(30, columns: 90, classes: 3, seed: 5)
    let features = try featureMatrix(rows, .float64)
    let found = try LinearSVM(cost: cost, tolerance: 1e-9, standardizes: standardizes).fitted(
      features, columns: Self.layout, labels: labels)
    let expected = try LinearSVM(
      cost: cost, tolerance: 1e-10, maxIterations: 200_000, solver: .dualCoordinateDescent, standardizes: standardizes
    ).fitted(features, columns: Self.layout, labels: labels)
    let (own, others) = (try found.decisionValues(of: features), try expected.decisionValues(of: features))
    for (one, other) in zip(own, others) { #expect(abs(one - other) < 1e-5, "\(one) \(other)") }
    for (one, other) in zip(found.problems, expected.problems) {
      #expect(one.isConverged)
      #expect(abs(one.objective - other.objective) < 1e-6 * other.objective)
    }
  }

  @Test func `equal rows and rows of zeros span less, and are learned from`() throws {
    let (some, _) = blobs(6, columns: 90, classes: 2, seed: 6)
    let rows = some + some + [[Double](repeating: 0, count: 90)]
    let labels = ClassLabels(codes: (0..<13).map { Int32($0 % 2) }, classCount: 2)
    let features = try featureMatrix(rows, .float64)
    for components in [nil, 3, 13] {
      let model = try LinearSVM(componentCount: components).fitted(features, columns: Self.layout, labels: labels)
      #expect(try model.decisionValues(of: features).allSatisfy(\.isFinite))
    }
  }

  @Test func `components of few rows vary as the columns say`() throws {
    let (values, _) = blobs(12, columns: 60, classes: 2, seed: 7)
    let rows = try DenseRows(count: 12, columns: 60)
    for (row, line) in values.enumerated() { for (column, value) in line.enumerated() { rows[row, column] = value } }
    let found = try PrincipalComponents(centering: rows, work: WorkContext(threads: 1))
    #expect(found.count == 12)
    let projected = try DenseRows(count: 12, columns: 12)
    try found.project(rows, onto: 12, into: projected, work: WorkContext(threads: 1))
    for component in 0..<12 {
      let variance = (0..<12).reduce(0) { $0 + projected[$1, component] * projected[$1, component] } / 11
      #expect(abs(variance - found.explainedVariance[component]) < 1e-10 * found.explainedVariance[0])
      for other in 0..<component {
        let product = (0..<12).reduce(0) { $0 + projected[$1, component] * projected[$1, other] }
        #expect(abs(product) < 1e-9 * found.explainedVariance[0])
      }
    }
    // What is left of the rows after all components is nothing.
    for row in 0..<12 {
      let whole = (0..<60).reduce(0) { $0 + rows[row, $1] * rows[row, $1] }
      let kept = (0..<12).reduce(0) { $0 + projected[row, $1] * projected[row, $1] }
      #expect(abs(whole - kept) < 1e-9 * whole)
    }
  }
}
