// ForestModel+File.swift -- a forest in a model file.
//   header   parameters, columns, classes, trees
//   section  0  nodes of each tree                  trees x int32, each odd
//            1  feature of each node, -1 in a leaf  nodes x int32, level by level
//            2  threshold of each inner node        inner nodes x float64, finite
//            3  share of each class in each leaf    leaves x classes x float32, each 0 to 1, together 1
//            4  importance of each column           trees x columns x float32, each 0 to 1, together 1 or all 0
// The children of the i-th inner node of a tree are its nodes 2i + 1 and 2i + 2, so they need not be stored, every walk
// goes forward and ends, and there is one way to write a forest.

public import Base
import CClassifierKernels

extension ForestModel {
  private static let keys = ["parameters", "columns", "classes", "trees"]
  /// Shares are rounded to float32, so they add up to 1 as exactly as this.
  private static let sumTolerance: Float = 1e-3

  /// The forest as the contents of a model file.
  public func encoded() throws(EngramError) -> ModelFile {
    var header = JSONObject()
    header["parameters"] = .object(forest.parameters)
    header["columns"] = .integer(Int64(columnCount))
    header["classes"] = .integer(Int64(classCount))
    header["trees"] = .integer(Int64(treeCount))
    var file = ModelFile(kind: RandomForest.kind, header: header)
    let nodes = nodes[..<Int(starts[treeCount])]
    let leafCount = (nodes.count + treeCount) / 2
    file.append((0..<treeCount).map { Int32(starts[$0 + 1] - starts[$0]) })
    file.append(nodes.map(\.feature))
    file.append(nodes.compactMap { $0.feature < 0 ? nil : $0.threshold })
    file.append(Array(distributions[..<(leafCount * classCount)]))
    file.append(Array(treeImportances[..<(treeCount * columnCount)]))
    return file
  }

  /// Reads what ``encoded()`` writes.
  ///
  /// - Throws: ``EngramError`` with code `corrupt` when anything is not as the format says, `usage` or `invalidData` when
  ///   the parameters in the header cannot be.
  public init(_ file: ModelFile) throws(EngramError) {
    guard file.kind == RandomForest.kind else {
      throw EngramError(
        .invalidData, "the model is of another kind", expected: RandomForest.kind, found: file.kind)
    }
    let parameters = try RandomForest(parameters: file.header.object("parameters"))
    let columnCount = try Self.size("columns", in: file, 1...Int(Int32.max))
    let classCount = try Self.size("classes", in: file, 2...RandomForest.mostClasses)
    let treeCount = try Self.size("trees", in: file, 1...parameters.treeCount)
    let nodeCounts = try file.numbers(0, count: treeCount, as: Int32.self)
    for (tree, count) in nodeCounts.enumerated() where count < 1 || count % 2 == 0 {
      throw Self.fault("a tree has an impossible number of nodes", "tree \(tree)", "an odd number", "\(count)")
    }
    let nodeCount = nodeCounts.reduce(0) { $0 + Int($1) }
    let leafCount = (nodeCount + treeCount) / 2
    guard leafCount <= Int(Int32.max) else {
      throw Self.fault("the forest is too large", "section 0", "at most \(Int32.max) leaves", "\(leafCount)")
    }
    let features = try file.numbers(1, count: nodeCount, as: Int32.self)
    let thresholds = try file.numbers(2, count: nodeCount - leafCount, as: Double.self)
    let distributions = try file.numbers(3, count: leafCount * classCount, as: Float.self)
    let (importanceCount, _) = treeCount.multipliedReportingOverflow(by: columnCount)
    let importances = try file.numbers(4, count: importanceCount, as: Float.self)
    guard file.sections.count == 5 else {
      throw Self.fault("the forest has a section too many", "section 5", "5 sections", "\(file.sections.count)")
    }
    if let place = thresholds.firstIndex(where: { !$0.isFinite }) {
      throw Self.fault("a threshold is not finite", "inner node \(place)", "a number", "\(thresholds[place])")
    }
    try Self.checkShares(distributions, of: classCount, "leaf", mayBeZero: false)
    try Self.checkShares(importances, of: columnCount, "importances of tree", mayBeZero: true)

    var trees: [GrownTree] = []
    var (node, inner, leaf) = (0, 0, 0)
    for (tree, count) in nodeCounts.enumerated() {
      let nodes = try Self.nodes(
        features[node..<(node + Int(count))], thresholds[inner...], tree: tree, columnCount: columnCount)
      let leafCount = (Int(count) + 1) / 2
      trees.append(
        GrownTree(
          nodes: nodes, distributions: Array(distributions[(leaf * classCount)..<((leaf + leafCount) * classCount)]),
          importances: Array(importances[(tree * columnCount)..<((tree + 1) * columnCount)]), bag: []))
      (node, inner, leaf) = (node + Int(count), inner + Int(count) - leafCount, leaf + leafCount)
    }
    self.init(trees, forest: parameters, columnCount: columnCount, classCount: classCount)
  }

  /// The nodes of a tree.
  ///
  /// - Parameters:
  ///   - features: The feature of each of its nodes.
  ///   - thresholds: The thresholds of its inner nodes, and those of the trees after it.
  ///   - tree: Its number.
  ///   - columnCount: The number of columns.
  /// - Returns: Its nodes.
  /// - Throws: `corrupt` when they are no tree.
  private static func nodes(
    _ features: ArraySlice<Int32>, _ thresholds: ArraySlice<Double>, tree: Int, columnCount: Int
  ) throws(EngramError) -> [engram_forest_node] {
    var nodes: [engram_forest_node] = []
    nodes.reserveCapacity(features.count)
    var (inner, leaf) = (0, 0)
    for (node, feature) in zip(features.indices, features) {
      guard feature >= -1, Int(feature) < columnCount else {
        throw fault("a feature is out of range", "node \(node)", "-1 to \(columnCount - 1)", "\(feature)")
      }
      // The nodes so far have children up to this one; otherwise the node would have no parent.
      guard nodes.count <= 2 * inner else {
        throw fault("a tree ends before its nodes do", "tree \(tree)", "\(features.count) nodes", "\(nodes.count)")
      }
      if feature < 0 {
        nodes.append(engram_forest_node(threshold: 0, feature: -1, child: Int32(leaf)))
        leaf += 1
      } else {
        let child = 2 * inner + 1
        guard child + 1 < features.count else {
          throw fault("a child is missing", "node \(node)", "at most \(features.count) nodes", "child \(child + 1)")
        }
        let threshold = thresholds[thresholds.startIndex + inner]
        nodes.append(engram_forest_node(threshold: threshold, feature: feature, child: Int32(child)))
        inner += 1
      }
    }
    return nodes
  }

  private static func size(_ key: String, in file: ModelFile, _ range: ClosedRange<Int>) throws(EngramError) -> Int {
    let value = try file.header.integer(key)
    guard let size = Int(exactly: value), range.contains(size) else {
      throw fault(
        "a size in the header is out of range", "key \"\(key)\"", "\(range.lowerBound) to \(range.upperBound)",
        "\(value)")
    }
    return size
  }

  /// Refuses groups of shares that are not between 0 and 1 and together 1.
  private static func checkShares(
    _ shares: [Float], of count: Int, _ what: String, mayBeZero: Bool
  ) throws(EngramError) {
    for group in 0..<(shares.count / count) {
      let own = shares[(group * count)..<((group + 1) * count)]
      let sum = own.reduce(0, +)
      let isWhole = abs(sum - 1) <= sumTolerance || mayBeZero && sum == 0
      guard isWhole, own.allSatisfy({ $0 >= 0 && $0 <= 1 }) else {
        throw fault("shares do not add up", "\(what) \(group)", "numbers from 0 to 1 with the sum 1", "sum \(sum)")
      }
    }
  }

  private static func fault(_ message: String, _ place: String, _ expected: String, _ found: String) -> EngramError {
    EngramError(
      .corrupt, message, place: place, expected: expected, found: found, mend: "train the model again")
  }
}
