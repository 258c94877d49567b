// GroupKFoldSplits.swift -- folds of whole groups, as scikit-learn's GroupKFold assigns them.

import Base

/// Group k-fold: no group is on both sides, and the folds are as equal in size as groups allow.
///
/// The assignment is that of scikit-learn's `GroupKFold` since 1.6: groups from the largest to the smallest, each into
/// the fold that is lightest so far; or, with a seed, groups shuffled and cut into folds of equally many groups.
public struct GroupKFoldSplits: Sendable, Hashable {
  /// The number of folds.
  public var folds: Int
  /// The columns of the `example` view whose values name a group; by default the run.
  public var by: [String]
  /// Shuffles as `GroupKFold(shuffle=True, random_state=seed)` does; nil does not.
  public var seed: UInt32?

  /// Makes a plan.
  public init(folds: Int = 5, by columns: [String] = ["run_id"], seed: UInt32? = nil) {
    self.folds = folds
    by = columns
    self.seed = seed
  }
}

extension GroupKFoldSplits: GroupFoldPlan {
  static let kind = "group-k-fold"

  func makeSplits(_ source: SplitSource, _ receive: (Split) throws(EngramError) -> Void) throws(EngramError) {
    let table = try GroupTable(of: source, by: by)
    try table.check(folds: folds)
    let assignment = seed.map { shuffled(table.groups.count, seed: $0) } ?? lightestFirst(table.sizes)
    for (index, fold) in table.examples(ofFolds: folds, assignment: assignment).enumerated() {
      try receive(try source.split(String(index), testing: fold))
    }
  }

  /// The fold of each group, given the sizes of the groups.
  ///
  /// - Complexity: O(groups (log groups + folds)).
  private func lightestFirst(_ sizes: [Int]) -> [Int32] {
    // A stable sort, ascending, then turned round: of equal groups the last comes first.
    let ascending = sizes.indices.sorted { (sizes[$0], $0) < (sizes[$1], $1) }
    var weights = [Int](repeating: 0, count: folds)
    var assignment = [Int32](repeating: 0, count: sizes.count)
    for group in ascending.reversed() {
      let lightest = weights.indices.min { weights[$0] < weights[$1] } ?? 0
      weights[lightest] += sizes[group]
      assignment[group] = Int32(lightest)
    }
    return assignment
  }

  /// The fold of each group when they are shuffled; the first folds get one more where they do not come out even.
  private func shuffled(_ count: Int, seed: UInt32) -> [Int32] {
    var random = RandomState(seed: seed)
    var assignment = [Int32](repeating: 0, count: count)
    var fold = 0
    var end = count / folds + (count % folds > 0 ? 1 : 0)
    for (place, group) in random.permutation(count).enumerated() {
      if place == end {
        fold += 1
        end += count / folds + (fold < count % folds ? 1 : 0)
      }
      assignment[group] = Int32(fold)
    }
    return assignment
  }
}
