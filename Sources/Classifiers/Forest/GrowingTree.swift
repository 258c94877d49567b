// GrowingTree.swift -- the nodes of a tree while it grows.

import CClassifierKernels

/// The nodes of a tree in the order in which they are made; two children are neighbours.
struct GrowingTree {
  private let classWeights: [Double]
  private var classCount: Int { classWeights.count }
  private var features: [Int32] = []
  private var thresholds: [Double] = []
  private var children: [Int32] = []
  /// For each node the draws of each class.
  var draws: [UInt32] = []

  /// Makes a tree without nodes.
  init(classWeights: [Double]) { self.classWeights = classWeights }

  /// The number of nodes so far.
  var nodeCount: Int { features.count }

  /// Adds a node, a leaf until it is cut.
  mutating func addNode() {
    features.append(-1)
    thresholds.append(0)
    children.append(0)
    draws.append(contentsOf: repeatElement(0, count: classCount))
  }

  /// Makes a leaf a node with two children, which are there already.
  mutating func cut(_ node: Int, feature: Int, threshold: Double, child: Int) {
    features[node] = Int32(feature)
    thresholds[node] = threshold
    children[node] = Int32(child)
  }

  /// The sum of squared weights by the weight: the node's part of a score.
  static func purity(_ totals: [Double]) -> Double {
    let (squares, whole) = totals.reduce((0, 0)) { ($0.0 + $1 * $1, $0.1 + $1) }
    return squares / whole
  }

  /// The tree with its nodes level by level.
  func byLevel(columnCount: Int, bag: [UInt64]) -> GrownTree {
    var order = [0]
    order.reserveCapacity(features.count)
    var nodes: [engram_forest_node] = []
    nodes.reserveCapacity(features.count)
    var distributions: [Float] = []
    var gains = [Double](repeating: 0, count: columnCount)
    var leafCount: Int32 = 0
    var next = 0
    while next < order.count {
      let node = order[next]
      next += 1
      let own = weights(of: node)
      let whole = own.reduce(0, +)
      if features[node] < 0 {
        nodes.append(engram_forest_node(threshold: 0, feature: -1, child: leafCount))
        distributions.append(contentsOf: own.map { Float($0 / whole) })
        leafCount += 1
      } else {
        let child = Int(children[node])
        nodes.append(
          engram_forest_node(threshold: thresholds[node], feature: features[node], child: Int32(order.count)))
        order.append(child)
        order.append(child + 1)
        gains[Int(features[node])] +=
          Self.purity(weights(of: child)) + Self.purity(weights(of: child + 1)) - Self.purity(own)
      }
    }
    // Rounding must not make a cut that gains nothing count as a loss.
    let sum = gains.reduce(0) { $0 + max(0, $1) }
    return GrownTree(
      nodes: nodes, distributions: distributions, importances: gains.map { sum > 0 ? Float(max(0, $0) / sum) : 0 },
      bag: bag)
  }

  /// The weight of each class in a node.
  private func weights(of node: Int) -> [Double] {
    (0..<classCount).map { Double(draws[node * classCount + $0]) * classWeights[$0] }
  }
}
