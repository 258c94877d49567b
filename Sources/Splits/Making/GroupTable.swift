// GroupTable.swift -- the selected examples by group, with how many of each class every group has.

import Base
import TrajectoryModel

/// The selected examples by group, groups ascending by key, which is the order in which scikit-learn numbers them.
struct GroupTable {
  /// The columns that name a group.
  let columns: [String]
  let groups: [ExampleGroup]
  /// The number of examples of each group.
  let sizes: [Int]

  /// The column that names the run, the default group: no network is on both sides then.
  static let run = "run_id"

  init(of source: SplitSource, by columns: [String]) throws(EngramError) {
    self.columns = columns
    groups = try source.groups(by: columns)
    sizes = groups.map(\.examples.count)
  }

  /// Refuses fewer groups than folds.
  func check(folds: Int) throws(EngramError) {
    guard groups.count >= folds else {
      throw EngramError(
        .invalidData, "there are more folds than groups", place: columns.joined(separator: ","),
        expected: "at most \(groups.count) folds", found: "\(folds)",
        mend: "ask for fewer folds, or group by columns with more values")
    }
  }

  /// How many examples of each class each group has: the counts of group g are at g x classes ..< (g + 1) x classes.
  ///
  /// - Complexity: O(ranges log ranges).
  func classCounts(_ classes: [ExampleClass]) -> [Int] {
    Ownership(groups.map(\.examples)).counts(with: Ownership(classes.map(\.examples)))
  }

  /// The examples of each fold, given the fold of each group.
  func examples(ofFolds folds: Int, assignment: [Int32]) -> [ExampleSet] {
    var ranges = [[Range<Int64>]](repeating: [], count: folds)
    for (group, fold) in zip(groups, assignment) {
      ranges[Int(fold)].append(contentsOf: group.examples.ranges)
    }
    return ranges.map { ExampleSet($0) }
  }

  /// The examples of some groups.
  func examples(of members: some Sequence<Int>) -> ExampleSet {
    ExampleSet(members.flatMap { groups[$0].examples.ranges })
  }
}
