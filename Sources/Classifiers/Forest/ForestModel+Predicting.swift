// ForestModel+Predicting.swift -- the most likely class of rows, by no more trees than it takes to be sure of it.

public import Base
import CClassifierKernels
public import TrajectoryModel

extension ForestModel {
  /// The most likely class of each row; see ``ClassifierModel/predict(_:rows:work:)``.
  ///
  /// The classes are those of ``probabilities(of:rows:work:)``. A tree gives a class 1 at most, so a row goes no further once its
  /// class leads by more than there are trees left.
  ///
  /// - Complexity: O(rows x trees x depth), and about half of that where the trees agree.
  public func predict(
    _ features: borrowing Matrix, rows: [Int32]? = nil, work: WorkContext = WorkContext()
  ) throws(EngramError) -> [Int32] {
    let rows = try checked(features, rows)
    let (classCount, treeCount) = (classCount, treeCount)
    var sums = [Double](repeating: 0, count: rows.count * classCount)
    // SAFETY: each block writes its own rows of the array.
    try unsafe sums.withUnsafeMutableBufferPointer { (buffer) throws(EngramError) in
      guard let base = buffer.baseAddress else { return }
      nonisolated(unsafe) let all = unsafe base
      try unsafe forEachRowMajorBlock(features, rows: rows, trees: treeCount, work: work) {
        forest, features, rows, first, count in
        unsafe engram_forest_add_until_decided(forest, treeCount, features, rows, count, all + first * classCount)
      }
    }
    return mostLikelyClasses(probabilities(ofSums: sums), classCount: classCount)
  }
}
