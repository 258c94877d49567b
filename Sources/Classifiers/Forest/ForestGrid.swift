// ForestGrid.swift -- forests of several sizes and column counts, all sizes scored from one forest.

public import Base
public import TrajectoryModel

/// Random forests among which cross-validation chooses: every number of columns with every number of trees.
///
/// A forest of fewer trees is the first trees of a larger one, so for each number of columns one forest is grown, and rows
/// walk through it once for all its prefixes. Columns are put into bins once for all.
public struct ForestGrid: CandidateGrid {
  /// The parameters that all candidates share.
  public let base: RandomForest
  /// How many columns are looked at for each cut.
  public let maxFeatures: [MaxFeatures]
  /// Numbers of trees.
  public let treeCounts: [Int]

  /// Makes a grid.
  public init(base: RandomForest = RandomForest(), maxFeatures: [MaxFeatures], treeCounts: [Int]) {
    self.base = base
    self.maxFeatures = maxFeatures
    self.treeCounts = treeCounts
  }

  /// For each number of columns all numbers of trees: the order of the published grid.
  public var candidates: [JSONObject] { forests.map(\.parameters) }

  /// The forests of each number of columns together: one is grown for all of them.
  public var batches: [[Int]] {
    maxFeatures.indices.map { group in (0..<treeCounts.count).map { group * treeCounts.count + $0 } }
  }

  private var forests: [RandomForest] {
    maxFeatures.flatMap { features in
      treeCounts.map { count in
        var forest = base
        forest.maxFeatures = features
        forest.treeCount = count
        return forest
      }
    }
  }

  /// The forest of a candidate.
  public func classifier(_ index: Int) -> any Classifier { forests[index] }

  /// Trees take as long as columns are looked at for each cut.
  public func relativeCost(_ index: Int, columnCount: Int) -> Int {
    max(1, maxFeatures[index / max(1, treeCounts.count)].count(of: columnCount))
  }

  /// Grows the largest forest for each number of columns and scores its prefixes.
  public func score(
    _ indices: [Int], _ features: borrowing Matrix, columns: FeatureLayout, labels: ClassLabels, train: [Int32],
    validation: [Int32], options: FitOptions
  ) throws(EngramError) -> [CandidateScore] {
    try features.requireColumns(columns.columnCount)
    let forests = forests
    var scores = [Int: CandidateScore]()
    var prepared: (any TrainingColumns)?
    let groups = Set(indices.map { $0 / treeCounts.count }).sorted()
    for (place, group) in groups.enumerated() {
      let members = indices.filter { $0 / treeCounts.count == group }
      var largest = forests[group * treeCounts.count]
      largest.treeCount = members.map { forests[$0].treeCount }.max() ?? 1
      let counts = try largest.check(features, labels, train)
      let shared: any TrainingColumns
      if let prepared {
        shared = prepared
      } else {
        shared = try largest.trainingColumns(features, rows: train, work: options.work)
        prepared = shared
      }
      var part = options
      part.work = options.work.part(place..<(place + 1), of: groups.count)
      let trees = try largest.grow(shared, classes: train.map { labels.codes[Int($0)] }, counts: counts, options: part)
      let model = ForestModel(trees, forest: largest, columnCount: features.columns, classCount: labels.classCount)
      var sums = [Double](repeating: 0, count: validation.count * labels.classCount)
      var added = 0
      let rows = try model.checked(features, validation)
      for member in members.sorted(by: { forests[$0].treeCount < forests[$1].treeCount }) {
        try model.add(
          trees: added..<forests[member].treeCount, features, rows: rows, work: options.work, to: &sums)
        added = forests[member].treeCount
        let right = rows.indices.count {
          mostLikelyClass(sums, row: $0, classCount: labels.classCount) == labels.codes[Int(rows[$0])]
        }
        scores[member] = .accuracy(Double(right) / Double(max(1, rows.count)), note: nil)
      }
    }
    return indices.compactMap { scores[$0] }
  }
}
