// CutNode.swift -- a node of random rows, and its cuts by every kernel.

import CClassifierKernels
import TestSupport

/// A node of random rows, and the cut of every column as each kernel finds it.
struct CutNode {
  /// Bits of the rows, their bins column by column, and the weight of each class's draws and of one of them.
  var (entries, bins, totals, weights): ([UInt64], [UInt8], [Double], [Double])
  let rowCount: Int
  /// 32 lanes and 13 of 16, or 5 of 8; and a multiple of four columns and one.
  let columnCount: Int
  var leafMinimum: UInt32 = 1
  var leastWeight = 0.0

  /// The number of all draws.
  var drawCount: UInt32 { entries.reduce(0) { $0 + UInt32($1 >> 32 & 0xFFFF) } }
  /// Scores as bits, and the bins on both sides; empty where there is no cut.
  typealias Cuts = [[UInt64]]

  init(rows: Int, classes: Int, distinctBins: Int, weights: [Double], seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    rowCount = rows
    columnCount = rows % 2 == 0 ? 45 : 37
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

  /// The cuts by the rows in the order of their bins.
  func listedCuts() -> Cuts {
    var (scratch, sides) = (words, totals)
    return unsafe cuts { node, cuts in
      // SAFETY: as `cuts` says.
      unsafe engram_cuts_listed(bins, rowCount, 1, &node, columns, columnCount, &scratch, &sides, &cuts)
    }
  }

  /// The cuts by histograms whose counts have 16 or 32 bits.
  func histogramCuts(countBits: UInt32 = 16) -> Cuts {
    var scratch = words
    return unsafe cuts { node, cuts in
      // SAFETY: as `cuts` says.
      unsafe engram_cuts_histogram(bins, rowCount, 1, &node, countBits, columns, columnCount, &scratch, &cuts)
    }
  }

  /// The cuts by sorting, of columns that are named and lie so many bytes apart, or of all in order.
  func sortedCuts(weightBits: UInt32, apart: Int? = nil) -> Cuts {
    let (lanes, limit, line) = (Int(ENGRAM_SORTED_LANES), Int(ENGRAM_SORTED_LIMIT), Int(ENGRAM_ROW_ALIGNMENT))
    let step = apart ?? 1
    let stride = (columnCount * step + line - 1) / line * line
    var byRow = [UInt8](repeating: 0, count: rowCount * stride)
    for row in 0..<rowCount {
      for column in 0..<columnCount { byRow[row * stride + column * step] = bins[column * rowCount + row] }
    }
    let named = columns.map { $0 * Int32(step) }
    var scratch = [UInt16](repeating: 0, count: (limit + 1) * lanes)
    return unsafe cuts(weightBits: weightBits) { node, cuts in
      // SAFETY: as `cuts` says.
      unsafe engram_cuts_sorted(byRow, stride, &node, apart == nil ? nil : named, columnCount, &scratch, &cuts)
    }
  }

  private var columns: [Int32] { (0..<Int32(columnCount)).map { $0 } }

  /// Room for the additions and histograms of any kernel.
  private var words: [UInt64] {
    let histograms = Int(ENGRAM_HISTOGRAM_COLUMNS * ENGRAM_BIN_LIMIT) * (totals.count * 32 + 63) / 64
    return Array(repeating: 0, count: rowCount + max(rowCount, histograms))
  }

  /// SAFETY: all arrays live through the call and have the sizes that the kernels state.
  private func cuts(weightBits: UInt32 = 0, _ find: (inout engram_node_rows, inout [engram_cut]) -> Void) -> Cuts {
    var cuts = [engram_cut](repeating: engram_cut(), count: columnCount)
    unsafe entries.withUnsafeBufferPointer { entries in
      unsafe totals.withUnsafeBufferPointer { totals in
        unsafe weights.withUnsafeBufferPointer { weights in
          var node = unsafe engram_node_rows(
            entries: entries.baseAddress, count: rowCount, class_count: totals.count,
            class_weights: weights.baseAddress, totals: totals.baseAddress, leaf_minimum: leafMinimum,
            draw_count: drawCount, weight_minimum: leastWeight, weight_bits: weightBits)
          unsafe find(&node, &cuts)
        }
      }
    }
    return cuts.map { $0.score == -.infinity ? [] : [$0.score.bitPattern, UInt64($0.left), UInt64($0.right)] }
  }
}
