// RandomForest.swift -- many decision trees, each grown on a sample of the examples, that vote by probability.

public import Base
import Synchronization
public import TrajectoryModel

/// A random forest (Breiman 2001): trees by CART with Gini impurity, each grown on a bootstrap sample of the rows.
///
/// Parameters mean what they mean in scikit-learn's `RandomForestClassifier`, and so do the defaults. Two things differ.
/// Columns are put into at most 255 bins first (``Binning/histogram(bins:)``), which costs next to no accuracy and saves
/// most of the time; ``Binning/exact`` looks at every value. And leaf limits count draws: a row that the bootstrap drew
/// twice counts twice.
///
/// ```swift
/// var forest = RandomForest(treeCount: 500)
/// forest.maxFeatures = .log2
/// let model = try forest.fitted(matrix, labels: labels, options: FitOptions(seed: 7))
/// let classes = try model.predict(others)               // the most likely class of each row
/// let confidence = model.outOfBag?.accuracy             // from the rows that each tree did not see
/// let small = try model.prefix(treeCount: 50)           // the forest that 50 trees would have given
/// ```
///
/// Tree number t of seed s is the same whatever the number of threads and of trees: each has a random stream of its own.
public struct RandomForest: Classifier, Hashable {
  /// The kind, as in model files.
  public static let kind = "random-forest"

  /// How the values of a column are told apart.
  public enum Binning: Sendable, Hashable {
    /// By at most this many bins, 2 to 256, with about as many training rows each.
    case histogram(bins: Int)
    /// By value: every cut that is possible is looked at. Slower; for parity with other implementations.
    case exact
  }

  /// The number of trees, at least 1.
  public var treeCount: Int
  /// How many columns are looked at for each cut.
  public var maxFeatures: MaxFeatures
  /// The most cuts from the root to a leaf, at least 1; nil for no limit.
  public var maxDepth: Int?
  /// Nodes with fewer draws than this are leaves; at least 2.
  public var minSamplesSplit: Int
  /// The fewest draws of a leaf, at least 1.
  public var minSamplesLeaf: Int
  /// The least part of the weight of all draws that a leaf has, 0 to 0.5.
  public var minWeightFractionLeaf: Double
  /// The most leaves of a tree, at least 2, grown best cut first; nil for no limit.
  public var maxLeafNodes: Int?
  /// Whether each tree has its own sample, drawn with replacement; otherwise each sees every row once.
  public var bootstrap: Bool
  /// How much the rows of each class count.
  public var classWeight: ClassWeight
  /// How the values of a column are told apart.
  public var binning: Binning

  /// Makes a forest with scikit-learn's defaults.
  public init(
    treeCount: Int = 100, maxFeatures: MaxFeatures = .sqrt, maxDepth: Int? = nil, minSamplesSplit: Int = 2,
    minSamplesLeaf: Int = 1, maxLeafNodes: Int? = nil, bootstrap: Bool = true, classWeight: ClassWeight = .none,
    binning: Binning = .histogram(bins: 255), minWeightFractionLeaf: Double = 0
  ) {
    self.treeCount = treeCount
    self.maxFeatures = maxFeatures
    self.maxDepth = maxDepth
    self.minSamplesSplit = minSamplesSplit
    self.minSamplesLeaf = minSamplesLeaf
    self.minWeightFractionLeaf = minWeightFractionLeaf
    self.maxLeafNodes = maxLeafNodes
    self.bootstrap = bootstrap
    self.classWeight = classWeight
    self.binning = binning
  }

  /// Learns from rows of a matrix; as ``fitted(_:labels:rows:options:)``.
  public func fit(
    _ features: borrowing Matrix, columns: FeatureLayout, labels: ClassLabels, rows: [Int32]?, options: FitOptions
  ) throws(EngramError) -> any ClassifierModel {
    try features.requireColumns(columns.columnCount)
    return try fitted(features, labels: labels, rows: rows, options: options)
  }

  /// Learns from rows of a matrix.
  ///
  /// - Parameters:
  ///   - features: One row an example, one column a feature; either type and layout, float32 column-major is fastest.
  ///   - labels: The class of every row of `features`.
  ///   - rows: The rows to learn from, each at most once; nil for all.
  ///   - options: The seed, and how the work is done.
  /// - Returns: The forest; with ``ForestModel/outOfBag`` when the rows of each tree were drawn.
  /// - Throws: As ``Classifier/fit(_:columns:labels:rows:options:)``.
  /// - Complexity: O(trees x rows x columns looked at x depth); memory: a byte for each value, and another with the columns
  ///   rounded up to a multiple of 64.
  public func fitted(
    _ features: borrowing Matrix, labels: ClassLabels, rows: [Int32]? = nil, options: FitOptions = FitOptions()
  ) throws(EngramError) -> ForestModel {
    let counts = try check(features, labels, rows)
    let rows = rows ?? (0..<Int32(features.rows)).map { $0 }
    let columns = try trainingColumns(features, rows: rows, work: options.work)
    let trees = try grow(columns, classes: rows.map { labels.codes[Int($0)] }, counts: counts, options: options)
    var model = ForestModel(trees, forest: self, columnCount: features.columns, classCount: labels.classCount)
    if bootstrap {
      model.outOfBag = try model.outOfBag(
        bags: trees.map(\.bag), features, labels: labels, rows: rows, work: options.work)
    }
    return model
  }

  /// Refuses input and parameters that nothing can be learned with; returns the rows of each class.
  func check(_ features: borrowing Matrix, _ labels: ClassLabels, _ rows: [Int32]?) throws(EngramError) -> [Int] {
    try checkParameters()
    let counts = try labels.requireClasses(among: rows, of: features.rows)
    try features.requireSomeColumn()
    guard labels.classCount <= Self.mostClasses, counts.reduce(0, +) <= Self.mostRows else {
      throw EngramError(
        .limit, "there are too many classes or rows for a forest",
        expected: "at most \(Self.mostClasses) classes and \(Self.mostRows) rows",
        found: "\(labels.classCount) classes, \(counts.reduce(0, +)) rows")
    }
    try features.requireFinite(rows: rows)
    _ = try classWeight.weights(for: counts)
    return counts
  }

  /// The columns of some rows, prepared for growing.
  func trainingColumns(
    _ features: borrowing Matrix, rows: [Int32], work: WorkContext
  ) throws(EngramError) -> any TrainingColumns {
    switch binning {
    case .exact: try RankedColumns(features, rows: rows, work: work)
    case .histogram(let bins): try BinnedColumns(features, rows: rows, bins: bins, work: work)
    }
  }

  /// Grows every tree.
  func grow(
    _ columns: any TrainingColumns, classes: [Int32], counts: [Int], options: FitOptions
  ) throws(EngramError) -> [GrownTree] {
    let weights = try classWeight.weights(for: counts)
    let grown = Mutex([GrownTree?](repeating: nil, count: treeCount))
    let idle = Mutex<[TreeGrower]>([])
    let done = Atomic<Int>(0)
    try parallelFor(count: treeCount, work: options.work) { (tree, _) throws(EngramError) in
      var grower =
        idle.withLock { $0.popLast() }
        ?? TreeGrower(self, columns: columns, classes: classes, classWeights: weights)
      let result = try grower.grow(tree, seed: options.seed, options.work)
      idle.withLock { $0.append(grower) }
      grown.withLock { $0[tree] = result }
      options.work.report("training", done.add(1, ordering: .relaxed).newValue, of: treeCount, .things("trees"))
    }
    return grown.withLock { $0.compactMap { $0 } }
  }

  /// Classes that a row's entry has room for.
  static let mostClasses = 1 << 15
  /// Rows whose number and draws stay inside 32 bits.
  private static let mostRows = 1 << 30
}
