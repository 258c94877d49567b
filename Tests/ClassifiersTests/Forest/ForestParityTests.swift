// ForestParityTests.swift -- forests held against frozen answers of scikit-learn.

import Base
import Classifiers
import TestSupport
import Testing

@Suite struct ForestParityTests {
  private static let frozen = Result { try Fixtures.json("parity/forest.json").asObject() }

  @Test(arguments: 0..<5) func `a tree without ties is scikit-learn's, node by node`(number: Int) throws {
    let frozen = try Self.frozen.get()
    let expected = try frozen.array("trees")[number].asObject()
    let codes = try frozen.object("labels").integers(expected.string("labels")).map { Int32($0) }
    let data = ForestData(
      rows: try frozen.array("features").map { try $0.asReals().map { Float($0) } },
      labels: ClassLabels(codes: codes, classCount: Int(codes.max() ?? 0) + 1))
    var parameters = try expected.object("parameters")
    parameters["n_estimators"] = 1
    parameters["max_features"] = "all"
    parameters["bootstrap"] = false
    parameters["bins"] = "exact"
    let model = try RandomForest(parameters: parameters).fitted(data.matrix(), labels: data.labels)
    let file = try model.encoded()
    let features = try expected.integers("features").map { Int32($0) }
    let thresholds = try expected.reals("thresholds")
    #expect(try file.numbers(1, count: features.count, as: Int32.self) == features)
    #expect(try file.numbers(2, count: thresholds.count, as: Double.self) == thresholds)
    let shares = try expected.array("distributions").flatMap { try $0.asReals() }
    let found = try file.numbers(3, count: shares.count, as: Float.self)
    for (share, other) in zip(found, shares) { #expect(abs(Double(share) - other) < 1e-6) }
    for (own, other) in zip(model.giniImportances.mean, try expected.reals("importances")) {
      #expect(abs(own - other) < 1e-6)
    }
  }

  @Test func `predicts the bundled trajectories as well as scikit-learn, within 1.5 points`() throws {
    let frozen = try Self.frozen.get().object("digits")
    let splits = Int(try frozen.integer("splits"))
    let expected = try frozen.reals("accuracies")
    let data = try ForestData.digits()
    let matrix = try data.matrix()
    var accuracies: [Double] = []
    for split in 0..<splits {
      for seed in [UInt64(1), 2, 3] {
        let all = (0..<Int32(data.rows.count)).map { $0 }
        let (train, test) = (all.filter { Int($0) % splits != split }, all.filter { Int($0) % splits == split })
        let model = try RandomForest().fitted(
          matrix, labels: data.labels, rows: train, options: FitOptions(seed: seed))
        let predicted = try model.predict(matrix, rows: test)
        accuracies.append(
          Double(zip(predicted, test).count { $0 == data.labels.codes[Int($1)] }) / Double(test.count))
      }
    }
    let (mean, other) = (
      accuracies.reduce(0, +) / Double(accuracies.count), expected.reduce(0, +) / Double(expected.count)
    )
    #expect(abs(mean - other) < 0.015, "seeds 1 to 3: \(mean), scikit-learn \(other)")
  }
}
