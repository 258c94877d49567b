// ForestWalkTests.swift -- every way through a forest leads to the same leaves.

import Base
import CClassifierKernels
import Classifiers
import TestSupport
import Testing
import TrajectoryModel

@Suite struct ForestWalkTests {
  /// Probabilities of all rows, in a layout and type.
  private func probabilities(
    _ model: ForestModel, _ data: ForestData, _ layout: MatrixLayout, _ type: ElementType
  ) throws -> [Float] {
    try model.probabilities(of: data.matrix(layout, type))
  }

  /// All four are the same, by the walk that each takes: packed or not, copied or in place.
  private func expectTheSameEverywhere(_ model: ForestModel, _ data: ForestData) throws {
    let expected = try probabilities(model, data, .rowMajor, .float64)
    for layout in MatrixLayout.allCases {
      for type in [ElementType.float32, .float64] {
        #expect(try probabilities(model, data, layout, type) == expected, "\(layout) \(type)")
      }
    }
  }

  @Test(arguments: [-30.0, -7, 0, 9, 30])
  func `values that are neighbours as float32 fall on their sides of a threshold between them`(exponent: Double) throws
  {
    var data = ForestData.noisy(rows: 300, columns: 4, classes: 3, seed: 21)
    var scale: Float = 1
    for _ in 0..<Int(abs(exponent)) { scale *= exponent < 0 ? 0.1 : 10 }
    // Some values lie one step of float32 apart, so that no float32 is between them.
    data.rows = data.rows.enumerated().map { row, values in
      values.map { ($0 * 4).rounded() * scale + (row % 2 == 0 ? 0 : (($0 * 4).rounded() * scale).ulp) }
    }
    let model = try RandomForest(treeCount: 9, maxFeatures: .all, binning: .exact).fitted(
      data.matrix(), labels: data.labels)
    try expectTheSameEverywhere(model, data)
  }

  @Test func `so many columns that few trees are not worth a copy`() throws {
    let data = ForestData.noisy(rows: 90, columns: 400, classes: 2, seed: 22)
    for trees in [2, 3, 4] {
      try expectTheSameEverywhere(
        try RandomForest(treeCount: trees).fitted(data.matrix(), labels: data.labels), data)
    }
  }

  @Test func `so many columns that a block of rows is made smaller`() throws {
    let data = ForestData.noisy(rows: 130, columns: 20_000, classes: 2, seed: 23)
    try expectTheSameEverywhere(
      try RandomForest(treeCount: 160, maxFeatures: .count(3), maxDepth: 4).fitted(
        data.matrix(.rowMajor), labels: data.labels), data)
  }

  @Test(arguments: [1, 63, 64, 255, 256, 257, 600])
  func `rows in blocks are predicted as each by itself`(count: Int) throws {
    let data = ForestData.noisy(rows: 600, columns: 6, classes: 3, seed: 24)
    let matrix = try data.matrix()
    let model = try RandomForest(treeCount: 5).fitted(matrix, labels: data.labels)
    let rows = (0..<Int32(count)).map { ($0 * 7) % 600 }
    let together = try model.probabilities(of: matrix, rows: rows)
    for (place, row) in rows.enumerated() {
      #expect(
        try model.probabilities(of: matrix, rows: [row]) == Array(together[(place * 3)..<(place * 3 + 3)]))
    }
  }

  @Test(arguments: [1, 2, 3, 7, 8, 9, 40, 100], [nil, 1, 3] as [Int?])
  func `rows stop where their class is decided, and have the class that all trees give`(trees: Int, depth: Int?) throws
  {
    for classes in [2, 3, 6] {
      // Few different values make many rows that are hard to tell, and equal scores.
      let data = ForestData.noisy(rows: 900, columns: 4, classes: classes, distinct: 6, seed: UInt64(trees + classes))
      let model = try RandomForest(treeCount: trees, maxFeatures: .count(1), maxDepth: depth).fitted(
        data.matrix(), labels: data.labels)
      for layout in MatrixLayout.allCases {
        for type in [ElementType.float32, .float64] {
          let matrix = try data.matrix(layout, type)
          let probabilities = try model.probabilities(of: matrix)
          let likely = (0..<900).map { row in
            let own = probabilities[(row * classes)..<((row + 1) * classes)]
            return Int32(own.firstIndex(of: own.max() ?? 0).map { $0 - own.startIndex } ?? 0)
          }
          #expect(try model.predict(matrix) == likely, "\(classes) classes, \(layout), \(type)")
        }
      }
    }
  }

  @Test func `no row stops as long as the trees that are left can give it another class`() {
    for trees in 1...60 {
      for first in 0...trees {
        let sums = Self.sumsUntilDecided(ofFirstClass: first, ofSecond: trees - first)
        #expect((sums[1] > sums[0]) == (trees - first > first), "\(first) of \(trees)")
        // One class alone is sure soon after half of the trees.
        if first == trees, trees >= 8 { #expect(sums[0] <= Double(trees) / 2 + 5) }
      }
    }
  }

  /// The sums of a row over trees of one leaf each: so many for one class, then so many for the other.
  private static func sumsUntilDecided(ofFirstClass first: Int, ofSecond second: Int) -> [Double] {
    let count = first + second
    let nodes = (0..<count).map { engram_forest_node(threshold: 0, feature: -1, child: $0 < first ? 0 : 1) }
    let starts = (0...Int64(count)).map { $0 }
    let (values, distributions): ([Float], [Float]) = ([0], [1, 0, 0, 1])
    var sums = [0.0, 0]
    // SAFETY: every tree has its node and every node its distribution; the matrix has the one row.
    unsafe nodes.withUnsafeBufferPointer { nodes in
      unsafe starts.withUnsafeBufferPointer { starts in
        unsafe distributions.withUnsafeBufferPointer { distributions in
          unsafe values.withUnsafeBytes { values in
            var forest = unsafe engram_forest(
              nodes: nodes.baseAddress, starts: starts.baseAddress, distributions: distributions.baseAddress,
              class_count: 2, packed: nil, feature_bits: 0)
            var features = unsafe engram_features(
              values: values.baseAddress, row_stride: 1, column_stride: 1, is_float64: 0)
            unsafe engram_forest_add_until_decided(&forest, count, &features, [0], 1, &sums)
          }
        }
      }
    }
    return sums
  }

  @Test(arguments: MatrixLayout.allCases, [Float.nan, .infinity, -.infinity])
  func `a value that is no number is named, where its row is asked for`(layout: MatrixLayout, value: Float) throws {
    var data = ForestData.noisy(rows: 600, columns: 5, classes: 2, seed: 26)
    let model = try RandomForest(treeCount: 3).fitted(data.matrix(), labels: data.labels)
    data.rows[521][4] = value
    // So few trees that a block is not copied, where it has many columns.
    let wide = ForestData.noisy(rows: 60, columns: 700, classes: 2, seed: 27)
    let wideModel = try RandomForest(treeCount: 2).fitted(wide.matrix(), labels: wide.labels)
    var hurt = wide
    hurt.rows[33][699] = value
    for type in [ElementType.float32, .float64] {
      let matrix = try data.matrix(layout, type)
      let wideMatrix = try hurt.matrix(layout, type)
      let errors = [
        #expect(throws: EngramError.self) { try model.predict(matrix) },
        #expect(throws: EngramError.self) { try model.probabilities(of: matrix, rows: [3, 521]) },
        #expect(throws: EngramError.self) { try model.leaves(of: matrix) },
        #expect(throws: EngramError.self) { try wideModel.predict(wideMatrix) },
      ]
      #expect(errors.allSatisfy { $0?.code == .invalidData })
      #expect(errors.map { $0?.place } == Array(repeating: "row 521, column 4", count: 3) + ["row 33, column 699"])
      let others = (0..<Int32(600)).filter { $0 != 521 }
      #expect(try model.predict(matrix, rows: others).count == 599)
    }
  }

  @Test func `a tree with too many nodes for its columns is not packed`() {
    let nodes = [
      engram_forest_node(threshold: 0.1, feature: 3, child: 1), engram_forest_node(threshold: 0, feature: -1, child: 0),
      engram_forest_node(threshold: 0, feature: -1, child: 1),
    ]
    let distributions: [Float] = [1, 0, 0.25, 0.75]
    func packed(columns: Int) -> (bits: UInt32, nodes: [UInt64]) {
      var packed = [UInt64](repeating: 0, count: 3)
      let bits = unsafe engram_forest_pack(nodes, [0, 3], 1, distributions, 2, columns, &packed)
      return (bits, packed)
    }
    let (bits, words) = packed(columns: 1 << 20)
    #expect(bits == 21)
    #expect(Float(bitPattern: UInt32(truncatingIfNeeded: words[0])) == Float(0.1).nextDown)
    #expect(words[0] >> 32 == 1 << 31 | 1 << 21 | 3)
    // From a leaf a row goes to the second child of the node before it: to the leaf itself.
    #expect(words[1] == Self.leaf(0) && words[2] == 1 << 53 | Self.leaf(1))
    #expect(packed(columns: 1 << 30).bits == 0)
    #expect(packed(columns: 4).bits == 3)
  }

  @Test func `packed leaves share a distribution only where it is the same to the last bit`() {
    let leaves = (0..<4).map { engram_forest_node(threshold: 0, feature: -1, child: Int32($0)) }
    let distributions: [Float] = [1, 1e-9, 1, 0, 0, 1, 1, 0]
    var packed = [UInt64](repeating: 0, count: 4)
    // SAFETY: four trees of a leaf each.
    #expect(unsafe engram_forest_pack(leaves, [0, 1, 2, 3, 4], 4, distributions, 2, 3, &packed) == 2)
    #expect(packed.map { $0 & 0xFFFF_FFFF } == [0, 1, 2, 1].map(Self.leaf))
  }

  @Test func `a forest with more distributions than a packed leaf can name is not packed`() {
    let most = 1 << 22
    let distributions = [Float](repeating: 0.5, count: 2 * (most + 1))
    func bits(_ distribution: Int) -> UInt32 {
      var packed: [UInt64] = [0]
      let leaf = [engram_forest_node(threshold: 0, feature: -1, child: Int32(distribution))]
      // SAFETY: a tree of one leaf, whose distribution is there.
      return unsafe engram_forest_pack(leaf, [0, 1], 1, distributions, 2, 3, &packed)
    }
    #expect(bits(most - 1) == 2 && bits(most) == 0)
  }

  @Test func `rows that walk far after the others have arrived`() throws {
    // One row in 40 lies far out, and those take turns of class: many levels for them, and few for the others.
    var data = ForestData.noisy(rows: 700, columns: 3, classes: 2, seed: 25)
    var codes = (0..<700).map { Int32(data.rows[$0][0] < data.rows[$0][1] ? 0 : 1) }
    for row in 0..<700 where row % 40 == 0 {
      data.rows[row] = [Float(100 + row), 0, Float(row)]
      codes[row] = Int32(row / 40 % 2)
    }
    data.labels = ClassLabels(codes: codes, classCount: 2)
    let model = try RandomForest(treeCount: 12, maxFeatures: .all).fitted(data.matrix(), labels: data.labels)
    try expectTheSameEverywhere(model, data)
  }

  /// The lower half of a packed leaf: no number, and its distribution.
  private static func leaf(_ distribution: Int) -> UInt64 { 0x7FC0_0000 | UInt64(distribution) }
}
