// StratifiedGroupKFoldSplits.swift -- folds of whole groups that hold each class in equal parts, as far as groups allow.

package import Base
import TrajectoryModel

/// Stratified group k-fold: no group is on both sides, and classes are shared out as evenly as groups allow.
///
/// The assignment is that of scikit-learn's `StratifiedGroupKFold`: groups from the most to the least uneven in their
/// classes, each into the fold that leaves the classes most evenly spread. With a seed the groups are shuffled first, as
/// since 1.8, which decides among groups that are equally uneven.
public struct StratifiedGroupKFoldSplits: Sendable, Hashable {
  /// The number of folds.
  public var folds: Int
  /// The columns of the `example` view whose values name a group; by default the run.
  public var by: [String]
  /// Shuffles as `StratifiedGroupKFold(shuffle=True, random_state=seed)` does; nil does not.
  public var seed: UInt32?

  /// Makes a plan.
  public init(folds: Int = 5, by columns: [String] = ["run_id"], seed: UInt32? = nil) {
    self.folds = folds
    by = columns
    self.seed = seed
  }
}

extension StratifiedGroupKFoldSplits: GroupFoldPlan {
  static let kind = "stratified-group-k-fold"

  func makeSplits(_ source: SplitSource, _ receive: (Split) throws(EngramError) -> Void) throws(EngramError) {
    let classes = try source.classes()
    let table = try GroupTable(of: source, by: by)
    try table.check(folds: folds)
    let totals = classes.map(\.examples.count)
    guard let most = totals.max(), most >= folds else { throw KFoldSplits.tooMany(folds, most: totals.max() ?? 0) }
    let assignment = assign(table.classCounts(classes), totals: totals)
    // Examples without a class are in no fold, and on neither side.
    let labelled = classes.reduce(ExampleSet()) { $0.union($1.examples) }
    for (index, fold) in table.examples(ofFolds: folds, assignment: assignment).enumerated() {
      try receive(try source.split(String(index), testing: fold.intersection(labelled), among: labelled))
    }
  }
}

extension StratifiedGroupKFoldSplits {
  /// The fold of each of some elements, given their classes and groups: what `StratifiedGroupKFold` gives for such.
  ///
  /// - Parameters:
  ///   - codes: For each element the number of its class, from 0.
  ///   - groups: For each element the number of its group, from 0, in the order of the groups' keys.
  /// - Returns: For each element the number of its fold, from 0.
  /// - Throws: ``EngramError`` with code `invalidData` when there are more folds than groups, or than members of any class.
  package func foldNumbers(of codes: [Int32], groups: [Int32]) throws(EngramError) -> [Int32] {
    let (classCount, groupCount) = (Int(codes.max() ?? -1) + 1, Int(groups.max() ?? -1) + 1)
    var counts = [Int](repeating: 0, count: groupCount * classCount)
    var totals = [Int](repeating: 0, count: classCount)
    for (code, group) in zip(codes, groups) {
      counts[Int(group) * classCount + Int(code)] += 1
      totals[Int(code)] += 1
    }
    guard groupCount >= folds, totals.max() ?? 0 >= folds else {
      throw EngramError(
        .invalidData, "there are more folds than groups, or than examples of any class",
        place: by.joined(separator: ","), expected: "at most \(min(groupCount, totals.max() ?? 0)) folds",
        found: "\(folds)", mend: "ask for fewer folds, or group by columns with more values")
    }
    // A class that no element has would have shares of nothing.
    let present = totals.indices.filter { totals[$0] > 0 }
    let table = (0..<groupCount).flatMap { group in present.map { counts[group * classCount + $0] } }
    let assignment = assign(table, totals: present.map { totals[$0] })
    return groups.map { assignment[Int($0)] }
  }

  /// The fold of each group.
  ///
  /// - Parameters:
  ///   - counts: The examples of each class in each group, [group][class].
  ///   - totals: The examples of each class.
  /// - Returns: For each group the number of its fold.
  private func assign(_ counts: [Int], totals: [Int]) -> [Int32] {
    var order = Array(0..<(counts.count / max(1, totals.count)))
    if let seed {
      var random = RandomState(seed: seed)
      random.shuffle(&order)
    }
    let uneven = order.map { NumPySum.standardDeviation(counts[($0 * totals.count)...].prefix(totals.count)) }
    let sorted = order.indices.sorted { (-uneven[$0], $0) < (-uneven[$1], $1) }.map { order[$0] }
    var balance = FoldBalance(folds: folds, totals: totals)
    var assignment = [Int32](repeating: 0, count: order.count)
    for group in sorted {
      assignment[group] = Int32(balance.place(counts[(group * totals.count)...].prefix(totals.count)))
    }
    return assignment
  }
}

/// How evenly folds hold each class, and which fold a further group suits best.
struct FoldBalance {
  private let folds: Int
  private let totals: [Double]
  /// The examples of each class in each fold, [class][fold].
  private var counts: [Double]
  /// The examples of each fold.
  private var sizes: [Double]
  /// For each class, the shares of the folds, and the one that is tried out.
  private var shares: [Double]

  init(folds: Int, totals: [Int]) {
    self.folds = folds
    self.totals = totals.map { Double($0) }
    counts = [Double](repeating: 0, count: folds * totals.count)
    sizes = [Double](repeating: 0, count: folds)
    shares = [Double](repeating: 0, count: folds)
  }

  /// Puts a group of so many examples of each class into the fold that leaves the classes most evenly spread; of equally
  /// good ones into the smallest.
  mutating func place(_ group: ArraySlice<Int>) -> Int {
    var best = 0
    var bestValue = Double.infinity
    var bestSize = Double.infinity
    var deviations = [Double](repeating: 0, count: totals.count)
    for fold in 0..<folds {
      for (index, count) in group.enumerated() {
        for other in 0..<folds { shares[other] = counts[index &* folds &+ other] / totals[index] }
        shares[fold] = (counts[index &* folds &+ fold] + Double(count)) / totals[index]
        deviations[index] = NumPySum.standardDeviation(ofRows: shares)
      }
      let value = NumPySum.pairwise(deviations) / Double(totals.count)
      let isClose = bestValue.isFinite && abs(value - bestValue) <= 1e-8 + 1e-5 * abs(bestValue)
      if value < bestValue || (isClose && sizes[fold] < bestSize) {
        (best, bestValue, bestSize) = (fold, value, sizes[fold])
      }
    }
    for (index, count) in group.enumerated() {
      counts[index * folds + best] += Double(count)
      sizes[best] += Double(count)
    }
    return best
  }
}
