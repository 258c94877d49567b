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
      var grown = GrownTree(nodes: [], distributions: [], importances: [], bag: [])
      grown.nodes.reserveCapacity(Int(count))
      let (firstInner, firstLeaf) = (inner, leaf)
      for place in 0..<Int(count) {
        let feature = features[node]
        guard feature >= -1, Int(feature) < columnCount else {
          throw Self.fault("a feature is out of range", "node \(node)", "-1 to \(columnCount - 1)", "\(feature)")
        }
        // The nodes so far have children up to this one; otherwise the node would have no parent.
        guard place <= 2 * (inner - firstInner) else {
          throw Self.fault("a tree ends before its nodes do", "tree \(tree)", "\(count) nodes", "\(place)")
        }
        if feature < 0 {
          grown.nodes.append(engram_forest_node(threshold: 0, feature: -1, child: Int32(leaf - firstLeaf)))
          leaf += 1
        } else {
          let child = 2 * (inner - firstInner) + 1
          guard child + 1 < Int(count) else {
            throw Self.fault("a child is missing", "node \(node)", "at most \(count) nodes", "child \(child + 1)")
          }
          grown.nodes.append(
            engram_forest_node(threshold: thresholds[inner], feature: feature, child: Int32(child)))
          inner += 1
        }
        node += 1
      }
      grown.distributions = Array(distributions[(firstLeaf * classCount)..<(leaf * classCount)])
      grown.importances = Array(importances[(tree * columnCount)..<((tree + 1) * columnCount)])
      trees.append(grown)
    }
    self.init(trees, forest: parameters, columnCount: columnCount, classCount: classCount)
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
