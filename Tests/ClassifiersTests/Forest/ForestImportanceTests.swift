// ForestImportanceTests.swift -- importances by impurity and by permutation.

import Base
import Classifiers
import Testing
import TrajectoryModel

@Suite struct ForestImportanceTests {
  private static let data = ForestData.noisy(rows: 300, columns: 6, classes: 3, seed: 21)

  @Test func `the columns that make the classes matter most, by either measure`() throws {
    let matrix = try Self.data.matrix()
    let model = try RandomForest(treeCount: 40).fitted(matrix, labels: Self.data.labels, options: FitOptions(seed: 2))
    let gini = model.giniImportances
    #expect(abs(gini.mean.reduce(0, +) - 1) < 1e-5)
    #expect(gini.mean[2...].allSatisfy { $0 < gini.mean[0] && $0 < gini.mean[1] })
    #expect(gini.standardError.allSatisfy { $0 > 0 && $0 < 0.1 })
    let fresh = ForestData.noisy(rows: 500, columns: 6, classes: 3, seed: 22)
    let permuted = try model.permutationImportances(fresh.matrix(), labels: fresh.labels, options: FitOptions(seed: 3))
    #expect(permuted.mean[2...].allSatisfy { $0 < permuted.mean[0] && $0 < permuted.mean[1] && abs($0) < 0.05 })
  }

  @Test func `a permutation importance is the accuracy that predicting with the exchanged column loses`() throws {
    let matrix = try Self.data.matrix()
    let model = try RandomForest(treeCount: 15, maxDepth: 6).fitted(matrix, labels: Self.data.labels)
    let options = FitOptions(seed: 8)
    let found = try model.permutationImportances(matrix, labels: Self.data.labels, repeats: 1, options: options)
    let other = try model.permutationImportances(
      Self.data.matrix(.rowMajor, .float64), labels: Self.data.labels, repeats: 1,
      options: FitOptions(seed: 8, work: WorkContext(threads: 1)))
    #expect(other.mean == found.mean && found.standardError.allSatisfy { $0.isNaN })
    func right(_ data: ForestData) throws -> Int {
      zip(try model.predict(data.matrix()), data.labels.codes).count { $0 == $1 }
    }
    let order = model.permutation(of: (0..<Int32(300)).map { $0 }, repeat: 0, seed: 8)
    for column in 0..<6 {
      var exchanged = Self.data
      for row in 0..<300 { exchanged.rows[row][column] = Self.data.rows[Int(order[row])][column] }
      let loss = Double(try right(Self.data) - right(exchanged)) / 300
      #expect(abs(found.mean[column] - loss) < 1e-9, "column \(column)")
    }
  }
}
