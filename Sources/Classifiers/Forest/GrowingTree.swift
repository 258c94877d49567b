// GrowingTree.swift -- the nodes of a tree while it grows.

import CClassifierKernels

/// The nodes of a tree in the order in which they are made; two children are neighbours.
struct GrowingTree {
  /// Where a node is cut.
  private struct Cut {
    /// The column; -1 for a leaf.
    var column: Int32
    /// The first of both children.
    var child: Int32
    /// The numbers on both sides of the cut.
    var left: Int32, right: Int32
  }

  private let classWeights: [Double]
  private let classCount: Int
  private var cuts: [Cut] = []
  /// For each node the draws of each class.
  var draws: [UInt32] = []

  /// Makes a tree without nodes.
  init(classWeights: [Double]) {
    self.classWeights = classWeights
    classCount = classWeights.count
  }

  /// The number of nodes so far.
  var nodeCount: Int { cuts.count }

  /// Takes all nodes away.
  mutating func clear() {
    cuts.removeAll(keepingCapacity: true)
    draws.removeAll(keepingCapacity: true)
  }

  /// Adds a node, a leaf until it is cut.
  mutating func addNode() {
    cuts.append(Cut(column: -1, child: 0, left: 0, right: 0))
    for _ in 0..<classCount { draws.append(0) }
  }

  /// Makes a leaf a node with two children, which are there already.
  mutating func cut(_ node: Int, column: Int, _ cut: engram_cut, child: Int) {
    cuts[node] = Cut(column: Int32(column), child: Int32(child), left: cut.left, right: cut.right)
  }

  /// The sum of squared weights of a node's classes by their weight: the node's part of a score.
  func purity(of node: Int) -> Double {
    var (squares, whole) = (0.0, 0.0)
    for kind in 0..<classCount {
      let weight = weight(of: kind, in: node)
      squares += weight * weight
      whole += weight
    }
    return squares / whole
  }

  /// The weight of a class in a node.
  func weight(of kind: Int, in node: Int) -> Double {
    Double(draws[node * classCount + kind]) * classWeights[kind]
  }

  /// The tree with its nodes level by level.
  ///
  /// - Parameters:
  ///   - columns: What it was grown from.
  ///   - bag: A bit for each row that it learned from.
  /// - Returns: The tree.
  func byLevel(_ columns: any TrainingColumns, bag: [UInt64]) -> GrownTree {
    // Nobody waits for a threshold here, so that several come from memory at a time.
    let thresholds = cuts.map { (cut) in
      cut.column < 0 ? 0 : columns.threshold(column: Int(cut.column), left: Int(cut.left), right: Int(cut.right))
    }
    var order = [0]
    order.reserveCapacity(cuts.count)
    var nodes: [engram_forest_node] = []
    nodes.reserveCapacity(cuts.count)
    var distributions: [Float] = []
    distributions.reserveCapacity((cuts.count + 1) / 2 * classCount)
    var gains = [Double](repeating: 0, count: columns.columnCount)
    var leafCount: Int32 = 0
    var next = 0
    while next < order.count {
      let node = order[next]
      next += 1
      let cut = cuts[node]
      if cut.column < 0 {
        nodes.append(engram_forest_node(threshold: 0, feature: -1, child: leafCount))
        var whole = 0.0
        for kind in 0..<classCount { whole += weight(of: kind, in: node) }
        for kind in 0..<classCount { distributions.append(Float(weight(of: kind, in: node) / whole)) }
        leafCount += 1
      } else {
        let child = Int(cut.child)
        nodes.append(engram_forest_node(threshold: thresholds[node], feature: cut.column, child: Int32(order.count)))
        order.append(child)
        order.append(child + 1)
        gains[Int(cut.column)] += purity(of: child) + purity(of: child + 1) - purity(of: node)
      }
    }
    // Rounding must not make a cut that gains nothing count as a loss.
    let sum = gains.reduce(0) { $0 + max(0, $1) }
    return GrownTree(
      nodes: nodes, distributions: distributions, importances: gains.map { sum > 0 ? Float(max(0, $0) / sum) : 0 },
      bag: bag)
  }
}
