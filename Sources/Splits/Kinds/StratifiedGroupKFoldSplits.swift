// StratifiedGroupKFoldSplits.swift -- folds of whole groups that hold each class in equal parts, as far as groups allow.

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
    guard let most = totals.max(), most >= folds else {
      throw EngramError(
        .invalidData, "there are more folds than examples of any class", place: "key \"folds\"",
        expected: "at most \(totals.max() ?? 0) folds", found: "\(folds)", mend: "ask for fewer folds")
    }
    let counts = table.classCounts(classes)
    var order = Array(table.groups.indices)
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
    // Examples without a class are in no fold, and on neither side.
    let labelled = classes.reduce(ExampleSet()) { $0.union($1.examples) }
    for (index, fold) in table.examples(ofFolds: folds, assignment: assignment).enumerated() {
      try receive(try source.split(String(index), testing: fold.intersection(labelled), among: labelled))
    }
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
