// ForestGridTests.swift -- a grid scores each candidate as fitting it alone would.

import Base
import Classifiers
import Testing

@Suite struct ForestGridTests {
  private static let data = ForestData.noisy(rows: 300, columns: 16, classes: 4, seed: 4)
  private static let columns = FeatureLayout(statisticCount: 16, sampleCount: 1)

  @Test func `has the published candidates in the published order`() throws {
    let candidates = try GridSpecification.paper(.randomForest).makeGrid().candidates
    #expect(candidates.count == 15)
    #expect(try candidates[0].string("max_features") == "sqrt" && candidates[0].integer("n_estimators") == 20)
    #expect(try candidates[4].integer("n_estimators") == 1000 && candidates[5].string("max_features") == "log2")
    #expect(try candidates[14].string("max_features") == "all" && candidates[14].integer("n_estimators") == 1000)
  }

  @Test(arguments: [[0, 1, 2, 3, 4, 5], [1, 3], [4]]) func `scores a candidate as fitting it alone does`(
    indices: [Int]
  ) throws {
    let grid = ForestGrid(maxFeatures: [.sqrt, .all], treeCounts: [9, 2, 5])
    let matrix = try Self.data.matrix()
    let all = (0..<Int32(300)).map { $0 }
    let (train, validation) = (all.filter { $0 % 3 != 0 }, all.filter { $0 % 3 == 0 })
    let options = FitOptions(seed: 12)
    let scores = try grid.score(
      indices, matrix, columns: Self.columns, labels: Self.data.labels, train: train, validation: validation,
      options: options)
    #expect(scores.count == indices.count)
    for (score, index) in zip(scores, indices) {
      let model = try grid.classifier(index).fit(
        matrix, columns: Self.columns, labels: Self.data.labels, rows: train, options: options)
      let predicted = try model.predict(matrix, rows: validation)
      let right = zip(predicted, validation).count { $0 == Self.data.labels.codes[Int($1)] }
      #expect(score == .accuracy(Double(right) / Double(validation.count), note: nil))
    }
  }
}
