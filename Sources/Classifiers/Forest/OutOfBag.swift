// OutOfBag.swift -- how a forest does on the rows that its trees did not see.

import Base
import CClassifierKernels
import TrajectoryModel

/// What the trees that did not see a row say of it, for every training row.
public struct OutOfBag: Sendable {
  /// The training rows, as given to ``RandomForest/fitted(_:labels:rows:options:)``.
  public let rows: [Int32]
  /// rows x classes: the mean over the trees that did not see the row; NaN for a row that every tree saw.
  public let probabilities: [Float]
  /// The share of rows whose most likely class is their own, among those that some tree did not see; NaN where there are none.
  public let accuracy: Double
}

extension ForestModel {
  /// Asks of each row the trees that did not see it.
  ///
  /// - Parameters:
  ///   - bags: For each tree a bit for each row, set where it saw the row.
  ///   - features: The matrix, which was checked.
  ///   - labels: The class of every row of the matrix.
  ///   - rows: The training rows.
  ///   - work: How the work is done.
  /// - Returns: What they say.
  /// - Throws: Nothing of its own.
  func outOfBag(
    bags: [[UInt64]], _ features: borrowing Matrix, labels: ClassLabels, rows: [Int32], work: WorkContext
  ) throws(EngramError) -> OutOfBag {
    let bagStride = (rows.count + 63) / 64
    let bags = bags.flatMap { $0 }
    var sums = [Double](repeating: 0, count: rows.count * classCount)
    var trees = [UInt32](repeating: 0, count: rows.count)
    let (classCount, treeCount) = (classCount, treeCount)
    // SAFETY: each block writes its own rows of both arrays. A block starts at a whole word of the bags.
    try unsafe sums.withUnsafeMutableBufferPointer { (sums) throws(EngramError) in
      try unsafe trees.withUnsafeMutableBufferPointer { (trees) throws(EngramError) in
        guard let sumBase = sums.baseAddress, let treeBase = trees.baseAddress else { return }
        nonisolated(unsafe) let (allSums, allTrees) = unsafe (sumBase, treeBase)
        try unsafe forEachRowMajorBlock(features, rows: rows, trees: treeCount, work: work) {
          forest, features, rows, first, count in
          unsafe bags.withUnsafeBufferPointer { bags in
            let own = unsafe bags.baseAddress.map { unsafe $0 + first / 64 }
            unsafe engram_forest_add(
              forest, 0, treeCount, features, rows, count, own, bagStride, allTrees + first,
              allSums + first * classCount)
          }
        }
      }
    }
    var probabilities = [Float](repeating: .nan, count: sums.count)
    var (right, judged) = (0, 0)
    for (place, row) in rows.enumerated() where trees[place] > 0 {
      for element in (place * classCount)..<((place + 1) * classCount) {
        probabilities[element] = Float(sums[element] / Double(trees[place]))
      }
      judged += 1
      if mostLikelyClass(probabilities, row: place, classCount: classCount) == labels.codes[Int(row)] { right += 1 }
    }
    return OutOfBag(
      rows: rows, probabilities: probabilities, accuracy: judged == 0 ? .nan : Double(right) / Double(judged))
  }
}
