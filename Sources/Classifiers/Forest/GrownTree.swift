// GrownTree.swift -- one tree as it was grown.

import CClassifierKernels

/// One tree, its nodes level by level from the root.
struct GrownTree: Sendable {
  /// The nodes; children come in the order of their parents, and `child` of a leaf counts leaves.
  var nodes: [engram_forest_node]
  /// For each leaf, in the order of nodes, the share of each class.
  var distributions: [Float]
  /// For each column how much its cuts lowered the Gini impurity; in all 1, or 0 for a tree without cuts.
  var importances: [Float]
  /// A bit for each training row, set where the tree learned from it.
  var bag: [UInt64]
}
