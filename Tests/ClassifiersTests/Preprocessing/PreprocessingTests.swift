// PreprocessingTests.swift -- z-scores and principal components held against NumPy and scikit-learn.

import Base
import Classifiers
import Testing
import TrajectoryModel

@Suite struct PreprocessingTests {
  private func dense(_ rows: [[Double]]) throws -> DenseRows {
    let dense = try DenseRows(count: rows.count, columns: rows[0].count)
    for (row, values) in rows.enumerated() {
      for (column, value) in values.enumerated() { dense[row, column] = value }
    }
    return dense
  }

  @Test func `z-scores have NumPy's bits, and a constant column becomes zeros`() throws {
    let object = try LinearReference.json.object("scores")
    let expected = try LinearReference.matrix("scores", of: object)
    let rows = try dense(LinearReference.matrix("rows", of: object))
    let work = WorkContext(threads: 2)
    let standardization = try Standardization(of: rows.elements, from: 0, work: work)
    try rows.change { (elements) throws(EngramError) in try standardization.apply(to: &elements, work: work) }
    for (row, values) in expected.enumerated() {
      for (column, value) in values.enumerated() { #expect(rows[row, column] == value) }
    }
    #expect((0..<rows.count).allSatisfy { rows[$0, 2] == 0 })
  }

  @Test func `principal components are scikit-learn's, with their signs`() throws {
    let cases = try LinearReference.json.array("components")
    #expect(cases.count == 2)
    for element in cases {
      let object = try element.asObject()
      let rows = try dense(LinearReference.matrix("rows", of: object))
      let expected = try LinearReference.matrix("components", of: object)
      let found = try PrincipalComponents(centering: rows, work: WorkContext(threads: 2))
      #expect(found.count == min(rows.count, rows.columns))
      for (value, variance) in zip(found.explainedVariance, try object.reals("explained_variance")) {
        #expect(abs(value - variance) <= 1e-12 * found.explainedVariance[0])
      }
      for (index, component) in expected.enumerated() {
        for (column, entry) in component.enumerated() {
          #expect(abs(found.components[index * rows.columns + column] - entry) < 1e-7)
        }
      }
    }
  }

  @Test func `fewer components are the first of more`() throws {
    let (values, _) = blobs(50, columns: 6, classes: 2, seed: 13)
    let rows = try dense(values)
    let components = try PrincipalComponents(centering: rows, work: WorkContext(threads: 1))
    let (few, all) = (try DenseRows(count: 50, columns: 3), try DenseRows(count: 50, columns: 6))
    try components.project(rows, onto: 3, into: few, work: WorkContext(threads: 2))
    try components.project(rows, onto: 6, into: all, work: WorkContext(threads: 1))
    for row in 0..<50 { for column in 0..<3 { #expect(abs(few[row, column] - all[row, column]) < 1e-12) } }
  }

  @Test func `one row has no principal components`() throws {
    let rows = try dense([[1, 2]])
    let error = #expect(throws: EngramError.self) {
      try PrincipalComponents(centering: rows, work: WorkContext(threads: 1))
    }
    #expect(error?.code == .invalidData)
  }
}
