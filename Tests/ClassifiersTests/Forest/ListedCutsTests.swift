// ListedCutsTests.swift -- cuts of nodes of many classes: those that histograms find, bit by bit.

import Testing

struct ListedCutsTests {
  /// Weights of classes: all alike, whole with zeros, and such that sums are rounded.
  private static func weights(_ classes: Int) -> [[Double]] {
    let whole: [Double] = (0..<classes).map { Double($0 % 3) }
    let rounded: [Double] = (0..<classes).map { 0.3 + 1 / Double($0 + 1) }
    return [Array(repeating: 1, count: classes), whole, rounded]
  }

  @Test(arguments: [2, 3, 17, 60, 400], [17, 100, 300])
  func `rows in the order of their bins have the cuts of histograms`(rows: Int, classes: Int) {
    for distinct in [1, 2, 30, 256] {
      let seed = UInt64(rows * 1_000 + classes + distinct)
      for weights in Self.weights(classes) {
        var node = CutNode(rows: rows, classes: classes, distinctBins: distinct, weights: weights, seed: seed)
        for leafMinimum in [UInt32(1), 5] {
          node.leafMinimum = leafMinimum
          node.leastWeight = leafMinimum == 5 ? 1.7 : 0
          let (listed, counted) = (node.listedCuts(), node.histogramCuts())
          #expect(listed == counted, "seed \(seed), \(distinct) bins, weights \(weights[1])")
        }
      }
    }
  }
}
