// StudyCost.swift -- about how long a task of a study takes, so that the remaining time of all can be told.

import Base
import Classifiers

/// About how long a task takes, from the rows and columns that are learned from and from the candidates.
///
/// The constants are of one processor; only how they compare matters, for progress is a share of the whole.
enum StudyCost {
  /// What every task takes: reading the matrices, keeping the result.
  private static let least = 30.0
  /// Milliseconds for a tree, row and column looked at: 100 trees on 15,552 rows and 507 columns in about a second.
  private static let treeCell = 3e-5
  /// Milliseconds for a row and pair of columns, all classes together.
  private static let gramCell = 4e-7
  /// Milliseconds for an epoch, row and column.
  private static let networkCell = 5e-6
  /// Five folds learn from four fifths of the rows each.
  private static let foldedFits = 4.0

  /// Milliseconds, at least 1.
  static func milliseconds(of plan: ClassificationPlan, rows: Int, columns: Int) -> Int {
    let candidates = (try? plan.grid.makeGrid())?.candidates ?? []
    let fits = candidates.count > 1 ? foldedFits + 1 / Double(candidates.count) : 1
    let (rows, columns) = (Double(rows), Double(columns))
    var cost = 0.0
    switch plan.grid.kind {
    case .randomForest:
      // A forest of fewer trees is the first trees of the largest.
      var trees: [MaxFeatures: Int] = [:]
      for candidate in candidates {
        guard let forest = try? RandomForest(parameters: candidate) else { continue }
        trees[forest.maxFeatures] = max(trees[forest.maxFeatures] ?? 0, forest.treeCount)
      }
      for (features, count) in trees {
        cost += treeCell * rows * Double(features.count(of: Int(columns))) * Double(count)
      }
      /// Identification holds kinds of run out, and asks each measure.
      if plan.identifies { cost *= 10 }
    case .linearSVM:
      // The path of costs shares its sums of products, so a candidate more costs a part of the first.
      cost = gramCell * rows * columns * columns * (0.5 + 0.5 * Double(candidates.count))
    case .conv1D:
      for candidate in candidates {
        guard let network = try? Conv1DNetwork(parameters: candidate) else { continue }
        cost += networkCell * rows * columns * Double(network.epochCount)
      }
    }
    return Int(min(1e12, least + cost * fits))
  }
}
