// TrainingColumns.swift -- the columns of the training rows as trees are grown from them.

import CClassifierKernels

/// The columns of the training rows, each value replaced by a small number of the same order.
///
/// Made once for a training set and shared by all trees, threads and forests grown on it.
protocol TrainingColumns: AnyObject, Sendable {
  /// The number of training rows; entries name rows below it.
  var rowCount: Int { get }
  /// The number of columns.
  var columnCount: Int { get }

  /// Finds the best cut of a node along each of some columns.
  ///
  /// - Parameters:
  ///   - node: The rows of the node.
  ///   - columns: The columns to look at; nil for those from `first` on, in order.
  ///   - first: The first column where there are none; otherwise 0.
  ///   - count: How many columns.
  ///   - memory: Scratch memory of the calling thread.
  ///   - cuts: Gets a cut for each.
  @unsafe func findCuts(
    _ node: inout engram_node_rows, columns: UnsafePointer<Int32>?, from first: Int, count: Int, memory: CutMemory,
    cuts: UnsafeMutablePointer<engram_cut>)

  /// Moves the entries on the left of a cut before the others.
  ///
  /// - Parameters:
  ///   - entries: The entries of the node.
  ///   - count: How many they are.
  ///   - column: The column of the cut.
  ///   - last: The last number on the left.
  ///   - memory: Scratch memory of the calling thread.
  ///   - draws: Gets the draws of each class on the left.
  ///   - classCount: The number of classes.
  /// - Returns: The number of entries on the left.
  @unsafe func divide(
    _ entries: UnsafeMutablePointer<UInt64>, count: Int, column: Int, last: UInt32, memory: CutMemory,
    draws: UnsafeMutablePointer<UInt32>, classCount: Int
  ) -> Int

  /// The threshold of a cut between two numbers of a column: halfway between the values on both sides of it, or the left one where
  /// there is no between.
  func threshold(column: Int, left: Int, right: Int) -> Double
}

extension TrainingColumns {
  /// The threshold between two neighbouring values, as scikit-learn chooses it.
  static func between(_ left: Double, _ right: Double) -> Double {
    let middle = left / 2 + right / 2
    return middle < right && middle >= left ? middle : left
  }
}

/// Memory of one thread that grows trees; it goes from one to another with the grower that has it.
@safe final class CutMemory: @unchecked Sendable {
  /// Room for the entries of all rows.
  let entries: UnsafeMutablePointer<UInt64>
  /// Room for the largest node and the histograms.
  let words: UnsafeMutablePointer<UInt64>
  /// Room for the keys of a small node.
  let keys: UnsafeMutablePointer<UInt16>
  /// Room for the weight of each class on both sides.
  let sides: UnsafeMutablePointer<Double>
  /// Bits of a count in a histogram, 16 or 32: enough for all draws.
  let countBits: UInt32

  /// Makes memory for nodes of at most `rowCount` rows.
  init(rowCount: Int, classCount: Int) {
    countBits = rowCount <= Int(UInt16.max) ? 16 : 32
    unsafe entries = .allocate(capacity: rowCount)
    let histogramWords = (classCount * Int(countBits) + 63) / 64
    let histograms = Int(ENGRAM_HISTOGRAM_COLUMNS) * Int(ENGRAM_BIN_LIMIT) * histogramWords
    unsafe words = .allocate(capacity: rowCount + max(rowCount, histograms))
    unsafe keys = .allocate(capacity: (Int(ENGRAM_SORTED_LIMIT) + 1) * Int(ENGRAM_SORTED_LANES))
    unsafe sides = .allocate(capacity: 2 * classCount)
  }

  deinit {
    // SAFETY: allocated by `init`, trivial elements, freed once.
    unsafe entries.deallocate()
    unsafe words.deallocate()
    unsafe keys.deallocate()
    unsafe sides.deallocate()
  }
}
