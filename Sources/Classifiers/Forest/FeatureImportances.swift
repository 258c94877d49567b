// FeatureImportances.swift -- how much each column matters to a forest.

public import Base
import CClassifierKernels
public import TrajectoryModel

/// A number for each column, and how sure it is.
public struct FeatureImportances: Sendable, Hashable {
  /// The importance of each column.
  public let mean: [Double]
  /// Its standard error, over trees or over repeats.
  public let standardError: [Double]

  /// The mean and standard error of samples x columns.
  init(samples: [Double], columnCount: Int) {
    let count = samples.count / max(1, columnCount)
    var mean = [Double](repeating: 0, count: columnCount)
    var squares = mean
    for (place, sample) in samples.enumerated() { mean[place % columnCount] += sample / Double(count) }
    for (place, sample) in samples.enumerated() {
      squares[place % columnCount] += (sample - mean[place % columnCount]) * (sample - mean[place % columnCount])
    }
    self.mean = mean
    // One sample says nothing about its error.
    standardError = squares.map { count > 1 ? ($0 / Double(count - 1) / Double(count)).squareRoot() : .nan }
  }
}

extension ForestModel {
  /// The Gini importance of each column: its share of the decrease of impurity in a tree, over the trees.
  ///
  /// In each tree they add up to 1, and so do the means, as in scikit-learn; trees without cuts do not count. The standard
  /// error is that of the mean over trees, NaN for fewer than two.
  public var giniImportances: FeatureImportances {
    var samples: [Double] = []
    for tree in 0..<treeCount where starts[tree + 1] - starts[tree] > 1 {
      samples += treeImportances[(tree * columnCount)..<((tree + 1) * columnCount)].map { Double($0) }
    }
    if samples.isEmpty { samples = Array(repeating: 0, count: columnCount) }
    return FeatureImportances(samples: samples, columnCount: columnCount)
  }

  /// The Gini importance of groups of neighbouring columns in each tree: the sums over the columns of each group.
  ///
  /// - Parameter groups: The columns of each group.
  /// - Returns: For each tree that has cuts, the importance of each group.
  package func giniImportances(of groups: [Range<Int>]) -> [[Double]] {
    var trees: [[Double]] = []
    for tree in 0..<treeCount where starts[tree + 1] - starts[tree] > 1 {
      trees.append(
        groups.map { group in
          var sum = 0.0
          for column in group { sum += Double(treeImportances[tree * columnCount + column]) }
          return sum
        })
    }
    return trees
  }

  /// The permutation importance of each column: how much accuracy is lost when its values are dealt out anew.
  ///
  /// One random order of the rows serves all columns of a repeat. A row walks again only through trees in which it meets
  /// the column, which gives the same as predicting all rows again for each column at a small part of the cost.
  ///
  /// - Parameters:
  ///   - features: A matrix; rows that the forest did not learn from say more.
  ///   - labels: The class of every row of the matrix.
  ///   - rows: The rows to look at; nil for all.
  ///   - repeats: How many random orders to try.
  ///   - options: The seed, and how the work is done.
  /// - Returns: The mean loss of accuracy over the repeats, and its standard error.
  /// - Throws: As ``probabilities(of:rows:work:)``; `usage` when there are no rows or repeats; `cancelled`.
  /// - Complexity: O(repeats x rows x trees x depth^2).
  public func permutationImportances(
    _ features: borrowing Matrix, labels: ClassLabels, rows: [Int32]? = nil, repeats: Int = 5,
    options: FitOptions = FitOptions()
  ) throws(EngramError) -> FeatureImportances {
    let rows = try checked(features, rows)
    guard repeats >= 1, !rows.isEmpty, labels.codes.count == features.rows else {
      throw EngramError(
        .usage, "importances by permutation need rows, their labels, and at least one repeat",
        expected: "\(features.rows) labels",
        found: "\(labels.codes.count) labels, \(rows.count) rows, \(repeats) repeats")
    }
    let (columnCount, classCount) = (columnCount, classCount)
    var sums = [Double](repeating: 0, count: rows.count * classCount)
    try add(trees: 0..<treeCount, features, rows: rows, work: options.work, to: &sums)
    let ownSums = sums
    let right = rows.indices.count {
      mostLikelyClass(ownSums, row: $0, classCount: classCount) == labels.codes[Int(rows[$0])]
    }
    var samples: [Double] = []
    for number in 0..<repeats {
      try options.work.checkCancelled("training was stopped")
      let dealt = permutation(of: rows, repeat: number, seed: options.seed)
      let blocks = ColumnResults<[Int]>(count: (rows.count + Int(ENGRAM_WALK_BLOCK) - 1) / Int(ENGRAM_WALK_BLOCK))
      // SAFETY: the arrays have room for every column and class, and the rows are inside the matrix.
      try unsafe forEachBlock(features, count: rows.count, work: options.work) { forest, features, block in
        var changes = [Double](repeating: 0, count: columnCount * classCount)
        var rightByColumn = [Int](repeating: 0, count: columnCount)
        for place in block {
          for change in changes.indices { changes[change] = 0 }
          unsafe engram_forest_exchange(forest, treeCount, features, rows[place], dealt[place], &changes)
          let own = labels.codes[Int(rows[place])]
          for column in 0..<columnCount {
            for k in 0..<classCount { changes[column * classCount + k] += ownSums[place * classCount + k] }
            if mostLikelyClass(changes, row: column, classCount: classCount) == own { rightByColumn[column] += 1 }
          }
        }
        blocks.set(block.lowerBound / Int(ENGRAM_WALK_BLOCK), rightByColumn)
      }
      var total = [Int](repeating: 0, count: columnCount)
      for block in blocks.all { for column in 0..<columnCount { total[column] += block[column] } }
      samples += total.map { Double(right - $0) / Double(rows.count) }
      options.work.report("permuting", number + 1, of: repeats, .things("repeats"))
    }
    return FeatureImportances(samples: samples, columnCount: columnCount)
  }

  /// The random order of rows that a repeat of ``permutationImportances(_:labels:rows:repeats:options:)`` uses.
  package func permutation(of rows: [Int32], repeat number: Int, seed: UInt64) -> [Int32] {
    var random = RandomStream(seed: seed, stream: number)
    var order = rows
    for place in order.indices { order.swapAt(place, place + random.next(below: order.count - place)) }
    return order
  }
}
