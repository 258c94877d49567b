// ForestModel.swift -- a grown forest: what it predicts.

public import Base
import CClassifierKernels
public import TrajectoryModel

/// A grown random forest.
///
/// The probability of a class is the mean over the trees of its share in the leaf that the row falls into.
public struct ForestModel: ClassifierModel {
  /// The parameters that the forest was grown with; ``treeCount`` may be smaller than theirs in a prefix.
  public let forest: RandomForest
  /// The number of columns of the matrices it reads.
  public let columnCount: Int
  /// The number of classes.
  public let classCount: Int
  /// The number of trees.
  public let treeCount: Int
  /// How the forest does on the rows that each tree did not see; nil without a bootstrap, in a prefix and from a file.
  public internal(set) var outOfBag: OutOfBag?

  /// The nodes of all trees, one tree after the other, each level by level.
  let nodes: [engram_forest_node]
  /// For each tree the number of its first node, and at the end the number of nodes.
  let starts: [Int64]
  /// For each leaf of all trees the share of each class.
  let distributions: [Float]
  /// The nodes once more, packed for rows of float32; empty where a tree has too many.
  let packed: [UInt64]
  /// The bits of a feature in a packed node.
  let featureBits: UInt32
  /// For each tree the importance of each column.
  let treeImportances: [Float]

  /// Joins trees.
  init(_ trees: [GrownTree], forest: RandomForest, columnCount: Int, classCount: Int) {
    self.forest = forest
    self.columnCount = columnCount
    self.classCount = classCount
    treeCount = trees.count
    var nodes: [engram_forest_node] = []
    var starts: [Int64] = [0]
    var distributions: [Float] = []
    var importances: [Float] = []
    nodes.reserveCapacity(trees.reduce(0) { $0 + $1.nodes.count })
    distributions.reserveCapacity(trees.reduce(0) { $0 + $1.distributions.count })
    importances.reserveCapacity(trees.count * columnCount)
    for tree in trees {
      // Leaves are numbered through all trees.
      let firstLeaf = Int32(distributions.count / classCount)
      for var node in tree.nodes {
        if node.feature < 0 { node.child += firstLeaf }
        nodes.append(node)
      }
      distributions.append(contentsOf: tree.distributions)
      importances.append(contentsOf: tree.importances)
      starts.append(Int64(nodes.count))
    }
    self.nodes = nodes
    self.starts = starts
    self.distributions = distributions
    treeImportances = importances
    var packed = [UInt64](repeating: 0, count: nodes.count)
    // SAFETY: the arrays are as long as the starts say, and there is a packed node for each.
    featureBits = unsafe engram_forest_pack(
      nodes, starts, trees.count, distributions, classCount, columnCount, &packed)
    self.packed = featureBits > 0 ? packed : []
  }

  /// The first trees of a forest; what is stored is shared.
  private init(firstTrees treeCount: Int, of model: ForestModel) {
    forest = model.forest
    columnCount = model.columnCount
    classCount = model.classCount
    self.treeCount = treeCount
    (nodes, starts, distributions) = (model.nodes, model.starts, model.distributions)
    (packed, featureBits) = (model.packed, model.featureBits)
    treeImportances = model.treeImportances
  }

  /// The forest of the first trees, which is the one that so many trees would have given.
  ///
  /// - Parameter treeCount: 1 to ``treeCount``.
  /// - Returns: The smaller forest, without ``outOfBag``.
  /// - Throws: ``EngramError`` with code `usage` for another number.
  /// - Complexity: O(1).
  public func prefix(treeCount: Int) throws(EngramError) -> ForestModel {
    guard (1...self.treeCount).contains(treeCount) else {
      throw EngramError(
        .usage, "the forest has no such prefix", expected: "1 to \(self.treeCount) trees", found: "\(treeCount)")
    }
    return treeCount == self.treeCount ? self : ForestModel(firstTrees: treeCount, of: self)
  }

  /// Kind, parameters, sizes, and the out-of-bag accuracy where there is one.
  public var summary: JSONObject {
    var object = JSONObject()
    object["kind"] = .string(RandomForest.kind)
    object["parameters"] = .object(forest.parameters)
    object["trees"] = .integer(Int64(treeCount))
    object["nodes"] = .integer(starts[treeCount])
    // Where every tree saw every row, nothing is known, and JSON has no NaN.
    if let outOfBag, !outOfBag.accuracy.isNaN { object["out_of_bag_accuracy"] = .real(outOfBag.accuracy) }
    return object
  }

  /// The probability of each class for rows of a matrix; see ``ClassifierModel/probabilities(of:rows:work:)``.
  ///
  /// - Complexity: O(rows x trees x depth).
  public func probabilities(
    of features: borrowing Matrix, rows: [Int32]? = nil, work: WorkContext = WorkContext()
  ) throws(EngramError) -> [Float] {
    let rows = try checked(features, rows)
    var sums = [Double](repeating: 0, count: rows.count * classCount)
    try add(trees: 0..<treeCount, features, rows: rows, work: work, to: &sums)
    return probabilities(ofSums: sums)
  }

  /// Probabilities from sums over all trees.
  func probabilities(ofSums sums: [Double]) -> [Float] { sums.map { Float($0 / Double(treeCount)) } }

  /// For each row and tree the number of the leaf that the row falls into.
  ///
  /// Leaves are numbered through all trees. Rows that share many leaves are near each other in the eyes of the forest: the
  /// share of trees in which two rows meet is Breiman's proximity.
  ///
  /// - Returns: rows x ``treeCount``, row by row.
  /// - Throws: As ``probabilities(of:rows:work:)``.
  public func leaves(
    of features: borrowing Matrix, rows: [Int32]? = nil, work: WorkContext = WorkContext()
  ) throws(EngramError) -> [Int32] {
    let rows = try checked(features, rows)
    var leaves = [Int32](repeating: 0, count: rows.count * treeCount)
    let treeCount = treeCount
    // SAFETY: each block writes its own rows of the array.
    try unsafe leaves.withUnsafeMutableBufferPointer { (buffer) throws(EngramError) in
      guard let base = buffer.baseAddress else { return }
      nonisolated(unsafe) let all = unsafe base
      try unsafe forEachRowMajorBlock(features, rows: rows, trees: treeCount, work: work) {
        forest, features, rows, first, count in
        unsafe engram_forest_leaves(forest, treeCount, features, rows, count, all + first * treeCount, treeCount)
      }
    }
    return leaves
  }

  /// Adds the distributions of some trees, in their order, to the sums of rows that ``checked(_:_:)`` returned.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` for a value that is not finite; `cancelled`.
  func add(
    trees: Range<Int>, _ features: borrowing Matrix, rows: [Int32], work: WorkContext, to sums: inout [Double]
  ) throws(EngramError) {
    let classCount = classCount
    // SAFETY: each block writes its own rows of the array.
    try unsafe sums.withUnsafeMutableBufferPointer { (buffer) throws(EngramError) in
      guard let base = buffer.baseAddress else { return }
      nonisolated(unsafe) let all = unsafe base
      try unsafe forEachRowMajorBlock(features, rows: rows, trees: trees.count, work: work) {
        forest, features, rows, first, count in
        unsafe engram_forest_add(
          forest, trees.lowerBound, trees.upperBound, features, rows, count, nil, 0, nil, all + first * classCount)
      }
    }
  }

  /// Refuses a matrix of other columns than the forest's; returns the rows to look at.
  ///
  /// Whether their values are finite is seen when they are read.
  func checked(_ features: borrowing Matrix, _ rows: [Int32]?) throws(EngramError) -> [Int32] {
    try features.requireColumns(columnCount)
    guard let rows else { return (0..<Int32(features.rows)).map { $0 } }
    precondition(rows.allSatisfy { $0 >= 0 && $0 < features.rows }, "every row is inside the matrix")
    return rows
  }
}
