// ForestModel+GroupPermutation.swift -- what a forest loses when whole groups of columns are dealt out anew.

package import Base
package import TrajectoryModel

extension ForestModel {
  /// The permutation importance of groups of neighbouring columns, such as all samples of a statistic.
  ///
  /// A row gets the whole group of another row, so that values which belong together stay together: columns that say the
  /// same stand in for each other only outside the group. One random order serves all groups of a repeat.
  ///
  /// - Parameters:
  ///   - groups: The columns of each group.
  ///   - features: Rows that the forest did not learn from.
  ///   - labels: The class of every row.
  ///   - repeats: How many random orders to try, at least 1.
  ///   - options: The seed, and how the work is done.
  /// - Returns: For each repeat the loss of accuracy by each group.
  /// - Throws: As ``probabilities(of:rows:work:)``; `limit` when there is no memory; `cancelled`.
  /// - Complexity: O(repeats x groups) predictions of all rows.
  package func permutationImportances(
    of groups: [Range<Int>], _ features: borrowing Matrix, labels: ClassLabels, repeats: Int, options: FitOptions
  ) throws(EngramError) -> [[Double]] {
    var changed = try Matrix(rows: features.rows, columns: features.columns, elementType: features.elementType)
    for row in 0..<features.rows {
      for column in 0..<features.columns { changed[row, column] = features[row, column] }
    }
    let own = try accuracy(changed, labels, options.work)
    var losses: [[Double]] = []
    for number in 0..<repeats {
      let order = permutation(of: (0..<Int32(features.rows)).map { $0 }, repeat: number, seed: options.seed)
      var loss: [Double] = []
      for group in groups {
        try options.work.checkCancelled("training was stopped")
        for row in 0..<features.rows {
          for column in group { changed[row, column] = features[Int(order[row]), column] }
        }
        loss.append(own - (try accuracy(changed, labels, options.work)))
        for row in 0..<features.rows {
          for column in group { changed[row, column] = features[row, column] }
        }
      }
      losses.append(loss)
    }
    return losses
  }

  /// The share of rows whose class is predicted.
  private func accuracy(
    _ features: borrowing Matrix, _ labels: ClassLabels, _ work: WorkContext
  ) throws(EngramError) -> Double {
    let predicted = try predict(features, rows: nil, work: work.silent)
    let right = zip(predicted, labels.codes).count { $0 == $1 }
    return Double(right) / Double(max(1, predicted.count))
  }
}
