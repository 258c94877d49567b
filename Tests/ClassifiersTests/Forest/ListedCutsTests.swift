// ListedCutsTests.swift -- cuts of nodes of many classes: those that histograms find, bit by bit.

import CClassifierKernels
import TestSupport
import Testing

struct ListedCutsTests {
  /// A node of random rows, and every column's cut by both kernels.
  private struct Node {
    var (entries, bins, totals, weights): ([UInt64], [UInt8], [Double], [Double])
    let rowCount: Int, columnCount = 7
    var leafMinimum: UInt32 = 1
    var leastWeight = 0.0

    init(rows: Int, classes: Int, distinctBins: Int, weights: [Double], seed: UInt64) {
      var generator = SeededGenerator(seed: seed)
      rowCount = rows
      bins = (0..<(rows * columnCount)).map { _ in UInt8(Int.random(in: 0..<distinctBins, using: &generator)) }
      (entries, totals, self.weights) = ([], Array(repeating: 0, count: classes), weights)
      var drawn = totals
      for row in 0..<rows {
        let (draws, kind) = (
          UInt64.random(in: 1...4, using: &generator), Int.random(in: 0..<classes, using: &generator)
        )
        entries.append(UInt64(row) | draws << 32 | UInt64(kind) << 48)
        drawn[kind] += Double(draws)
      }
      for kind in totals.indices { totals[kind] = drawn[kind] * weights[kind] }
    }

    /// Score, left and right of the cut of each column.
    func cuts(isListed: Bool) -> [[UInt64]] {
      var cuts = [engram_cut](repeating: engram_cut(), count: columnCount)
      let words = (totals.count * 16 + 63) / 64
      var scratch = [UInt64](
        repeating: 0, count: rowCount + max(totals.count, Int(ENGRAM_HISTOGRAM_COLUMNS * ENGRAM_BIN_LIMIT) * words))
      var sides = totals
      let columns = (0..<Int32(columnCount)).map { $0 }
      let draws = entries.reduce(UInt32(0)) { $0 + UInt32($1 >> 32 & 0xFFFF) }
      // SAFETY: all arrays live through the calls and have the sizes that the kernels state.
      unsafe entries.withUnsafeBufferPointer { entries in
        unsafe totals.withUnsafeBufferPointer { totals in
          unsafe weights.withUnsafeBufferPointer { weights in
            var node = unsafe engram_node_rows(
              entries: entries.baseAddress, count: rowCount, class_count: totals.count,
              class_weights: weights.baseAddress, totals: totals.baseAddress, leaf_minimum: leafMinimum,
              draw_count: draws, weight_minimum: leastWeight)
            if isListed {
              unsafe engram_cuts_listed(bins, rowCount, 1, &node, columns, columnCount, &scratch, &sides, &cuts)
            } else {
              unsafe engram_cuts_histogram(bins, rowCount, 1, &node, 16, columns, columnCount, &scratch, &cuts)
            }
          }
        }
      }
      return cuts.map {
        $0.score == -.infinity ? [] : [$0.score.bitPattern, UInt64($0.left), UInt64($0.right)]
      }
    }
  }

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
        var node = Node(rows: rows, classes: classes, distinctBins: distinct, weights: weights, seed: seed)
        for leafMinimum in [UInt32(1), 5] {
          node.leafMinimum = leafMinimum
          node.leastWeight = leafMinimum == 5 ? 1.7 : 0
          let (listed, counted) = (node.cuts(isListed: true), node.cuts(isListed: false))
          #expect(listed == counted, "seed \(seed), \(distinct) bins, weights \(weights[1])")
        }
      }
    }
  }
}
