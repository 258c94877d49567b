// ForestTests.swift -- what a forest promises: the same for the same seed, prefixes, limits, and clear errors.

import Base
import Classifiers
import Synchronization
import Testing
import TrajectoryModel

@Suite struct ForestTests {
  private static let data = ForestData.noisy(rows: 400, columns: 12, classes: 3, seed: 11)

  private func fitted(
    _ forest: RandomForest, _ data: ForestData = Self.data, seed: UInt64 = 5, threads: Int = 2,
    layout: MatrixLayout = .columnMajor, type: ElementType = .float32
  ) throws -> ForestModel {
    try forest.fitted(
      data.matrix(layout, type), labels: data.labels,
      options: FitOptions(seed: seed, work: WorkContext(threads: threads)))
  }

  /// Forests that take every way through the code.
  private static let forests: [RandomForest] = [
    RandomForest(treeCount: 7),
    RandomForest(treeCount: 7, maxFeatures: .all),
    RandomForest(treeCount: 7, maxFeatures: .count(2), maxLeafNodes: 9, binning: .exact),
    RandomForest(treeCount: 7, maxFeatures: .fraction(0.5), bootstrap: false, classWeight: .balanced),
    RandomForest(treeCount: 7, minSamplesLeaf: 5, classWeight: .given([1, 2.5, 0.5]), binning: .histogram(bins: 8)),
  ]

  @Test(arguments: forests) func `is the same on any number of threads`(forest: RandomForest) throws {
    let file = try fitted(forest, threads: 1).encoded()
    for threads in [2, 5] { #expect(try fitted(forest, threads: threads).encoded() == file) }
    #expect(try fitted(forest, seed: 6).encoded() != file)
  }

  @Test(arguments: forests) func `is the same for either layout and type`(forest: RandomForest) throws {
    let model = try fitted(forest)
    let probabilities = try model.probabilities(of: Self.data.matrix())
    for layout in MatrixLayout.allCases {
      for type in [ElementType.float32, .float64] {
        let other = try fitted(forest, layout: layout, type: type)
        #expect(try other.encoded() == model.encoded())
        // By bits, as rows that every tree saw have NaN.
        let bits = model.outOfBag?.probabilities.map(\.bitPattern)
        let isEqual = other.outOfBag?.probabilities.map(\.bitPattern) == bits
        #expect(isEqual)
        #expect(try model.probabilities(of: Self.data.matrix(layout, type)) == probabilities)
      }
    }
  }

  @Test(arguments: forests) func `its first trees are the forest of so many trees`(forest: RandomForest) throws {
    var small = forest
    small.treeCount = 3
    let (prefix, whole) = (try fitted(forest).prefix(treeCount: 3), try fitted(small))
    #expect(try prefix.encoded().sections == whole.encoded().sections)
    #expect(
      try prefix.probabilities(of: Self.data.matrix())
        == whole.probabilities(of: Self.data.matrix(), work: WorkContext(threads: 1)))
    #expect(prefix.giniImportances.mean == whole.giniImportances.mean)
    for count in [0, 8, -1] {
      #expect(throws: EngramError.self) { try fitted(forest).prefix(treeCount: count) }
    }
  }

  @Test func `fits separable rows without an error and gives probabilities that add up to 1`() throws {
    let data = ForestData(
      rows: (0..<60).map { [Float($0), Float($0 % 7)] },
      labels: ClassLabels(codes: (0..<60).map { $0 / 20 }, classCount: 3))
    let model = try fitted(RandomForest(treeCount: 5, bootstrap: false), data)
    #expect(try model.predict(data.matrix()) == data.labels.codes)
    let noisy = try fitted(RandomForest(treeCount: 30)).probabilities(of: Self.data.matrix())
    for row in 0..<Self.data.rows.count {
      #expect(abs(noisy[(3 * row)..<(3 * row + 3)].reduce(0, +) - 1) < 1e-5)
    }
  }

  @Test(arguments: [2, 4, 5, 16, 17, 40], [1, 3]) func `bins that hold one value each cut as exactly as values do`(
    classes: Int, leafMinimum: Int
  ) throws {
    // With few distinct values nothing is lost in bins, whichever kernel looks at a node and however many classes there are.
    let data = ForestData.noisy(rows: 700, columns: 9, classes: classes, distinct: 60, seed: UInt64(classes))
    for maxFeatures in [MaxFeatures.all, .count(3)] {
      var forest = RandomForest(treeCount: 10, maxFeatures: maxFeatures, minSamplesLeaf: leafMinimum)
      forest.maxDepth = 3
      let binned = try fitted(forest, data)
      forest.binning = .exact
      let exact = try fitted(forest, data)
      let (a, b) = (try binned.probabilities(of: data.matrix()), try exact.probabilities(of: data.matrix()))
      // Ties may go another way in a tree, as scores are rounded differently.
      let different = zip(a, b).count { abs($0 - $1) > 1e-5 }
      #expect(different * 20 < a.count, "\(different) of \(a.count)")
    }
  }

  @Test func `counts more rows than 16 bits hold`() throws {
    let data = ForestData.noisy(rows: 70_000, columns: 2, classes: 3, distinct: 50, seed: 70)
    var forest = RandomForest(treeCount: 2, maxFeatures: .all, maxDepth: 4)
    let binned = try fitted(forest, data)
    forest.binning = .exact
    #expect(try fitted(forest, data).probabilities(of: data.matrix()) == binned.probabilities(of: data.matrix()))
  }

  @Test func `keeps to its limits`() throws {
    let data = ForestData.noisy(rows: 300, columns: 5, classes: 2, seed: 3)
    let matrix = try data.matrix()
    func leaves(_ forest: RandomForest) throws -> [[Int32: Int]] {
      let model = try fitted(forest, data)
      let leaves = try model.leaves(of: matrix)
      return (0..<model.treeCount).map { tree in
        Dictionary(
          stride(from: tree, to: leaves.count, by: model.treeCount).map { (leaves[$0], 1) }, uniquingKeysWith: +)
      }
    }
    let plain = RandomForest(treeCount: 4, bootstrap: false)
    var forest = plain
    forest.maxLeafNodes = 6
    #expect(try leaves(forest).allSatisfy { $0.count == 6 })
    forest = plain
    forest.maxDepth = 2
    #expect(try leaves(forest).allSatisfy { $0.count <= 4 && $0.count > 2 })
    forest = plain
    forest.minSamplesLeaf = 25
    for counts in try leaves(forest) { #expect(counts.values.allSatisfy { $0 >= 25 } && counts.count > 2) }
    forest = plain
    forest.minSamplesSplit = 301
    #expect(try leaves(forest).allSatisfy { $0.count == 1 })
  }

  @Test func `does better than chance on rows that its trees did not see`() throws {
    let model = try fitted(RandomForest(treeCount: 60))
    let outOfBag = try #require(model.outOfBag)
    #expect(outOfBag.accuracy > 0.5 && outOfBag.accuracy < 0.95)
    #expect(outOfBag.probabilities.count == Self.data.rows.count * 3)
    // With 60 trees every row was left out by some.
    for row in 0..<Self.data.rows.count {
      #expect(abs(outOfBag.probabilities[(3 * row)..<(3 * row + 3)].reduce(0, +) - 1) < 1e-5)
    }
    #expect(try fitted(RandomForest(treeCount: 2, bootstrap: false)).outOfBag == nil)
    let lone = try #require(try fitted(RandomForest(treeCount: 1)).outOfBag)
    let unseen = lone.probabilities.count { $0.isNaN }
    #expect(unseen > 0 && unseen < lone.probabilities.count)
  }

  @Test func `says nothing of rows that its trees did not see where there are none`() throws {
    let data = ForestData(rows: [[0, 1], [1, 0]], labels: ClassLabels(codes: [0, 1], classCount: 2))
    // One tree sees both rows with about every other seed.
    var known = 0
    for seed in UInt64(0)..<20 {
      let model = try fitted(RandomForest(treeCount: 1), data, seed: seed)
      let accuracy = try #require(model.outOfBag).accuracy
      #expect((model.summary["out_of_bag_accuracy"] == nil) == accuracy.isNaN)
      // JSON has no way to write NaN.
      _ = try JSONValue.object(model.summary).text()
      if !accuracy.isNaN { known += 1 }
    }
    #expect(known > 0 && known < 20)
  }

  @Test func `columns without different values are never used, and cut nothing when alone`() throws {
    var data = Self.data
    for row in data.rows.indices { data.rows[row][0] = 4 }
    for maxFeatures in [MaxFeatures.count(1), .all] {
      let model = try fitted(RandomForest(treeCount: 20, maxFeatures: maxFeatures), data)
      #expect(model.giniImportances.mean[0] == 0 && abs(model.giniImportances.mean.reduce(0, +) - 1) < 1e-5)
    }
    for row in data.rows.indices { data.rows[row] = [4, 4] }
    let model = try fitted(RandomForest(treeCount: 3), data)
    #expect(model.giniImportances.mean == [0, 0])
    let majority = Int32(data.labels.counts().enumerated().max { $0.element < $1.element }?.offset ?? 0)
    #expect(try Set(model.predict(data.matrix())) == [majority])
  }

  @Test func `refuses what cannot be learned from, and says why`() throws {
    let matrix = try Self.data.matrix()
    let one = ClassLabels(codes: Array(repeating: 1, count: 400), classCount: 3)
    let alone = #expect(throws: EngramError.self) { try RandomForest().fitted(matrix, labels: one) }
    #expect(alone?.code == .invalidData && alone?.found == "one class")
    let none = #expect(throws: EngramError.self) {
      try RandomForest().fitted(matrix, labels: Self.data.labels, rows: [])
    }
    #expect(none?.code == .invalidData && none?.found == "no example")
    let short = ClassLabels(codes: [0, 1], classCount: 2)
    let few = #expect(throws: EngramError.self) { try RandomForest().fitted(matrix, labels: short) }
    #expect(few?.code == .invalidData)
    var data = Self.data
    data.rows[17][3] = .nan
    let bad = try data.matrix()
    let nan = #expect(throws: EngramError.self) { try RandomForest().fitted(bad, labels: data.labels) }
    #expect(nan?.code == .invalidData && nan?.place == "row 17, column 3")
    // A row that is not used may hold anything.
    let others = (0..<Int32(400)).filter { $0 != 17 }
    let model = try RandomForest(treeCount: 2).fitted(bad, labels: data.labels, rows: others)
    #expect(throws: EngramError.self) { try model.predict(bad) }
    #expect(try model.predict(bad, rows: others).count == 399)
    let narrow = try ForestData(rows: [[1, 2]], labels: short).matrix()
    let width = #expect(throws: EngramError.self) { try model.predict(narrow) }
    #expect(width?.code == .invalidData && width?.expected == "12")
    let weights = #expect(throws: EngramError.self) {
      try RandomForest(classWeight: .given([1, 1])).fitted(matrix, labels: Self.data.labels)
    }
    #expect(weights?.code == .usage)
  }

  @Test func `learns from two rows`() throws {
    let data = ForestData(rows: [[0], [1]], labels: ClassLabels(codes: [0, 1], classCount: 2))
    let model = try fitted(RandomForest(treeCount: 1, bootstrap: false), data)
    #expect(try model.predict(data.matrix()) == [0, 1])
  }

  @Test func `reports progress and stops when asked`() throws {
    let matrix = try Self.data.matrix()
    let last = Mutex(0.0)
    _ = try RandomForest(treeCount: 10).fitted(
      matrix, labels: Self.data.labels,
      options: FitOptions(work: WorkContext(threads: 1, progress: { told in last.withLock { $0 = told.share } })))
    #expect(last.withLock { $0 } == 1)
    let error = #expect(throws: EngramError.self) {
      try RandomForest(treeCount: 10).fitted(
        matrix, labels: Self.data.labels, options: FitOptions(work: WorkContext(isCancelled: { true })))
    }
    #expect(error?.code == .cancelled)
  }

  @Test(arguments: forests) func `parameters come back from JSON`(forest: RandomForest) throws {
    #expect(try RandomForest(parameters: forest.parameters) == forest)
    #expect(try RandomForest(parameters: JSONValue(parsing: forest.parameters.text()).asObject()) == forest)
  }

  @Test(arguments: [
    (#"{"n_estimator": 5}"#, EngramError.Code.invalidData), (#"{"n_estimators": 0}"#, .usage),
    (#"{"n_estimators": "5"}"#, .invalidData), (#"{"max_features": "cube"}"#, .usage),
    (#"{"max_features": 0}"#, .usage), (#"{"max_features": 1.5}"#, .usage), (#"{"max_depth": 0}"#, .usage),
    (#"{"min_samples_split": 1}"#, .usage), (#"{"min_samples_leaf": 0}"#, .usage), (#"{"max_leaf_nodes": 1}"#, .usage),
    (#"{"bins": 257}"#, .usage), (#"{"bins": "few"}"#, .invalidData), (#"{"class_weight": "even"}"#, .usage),
    (#"{"bootstrap": 1}"#, .invalidData),
  ])
  func `refuses parameters that cannot be`(text: String, code: EngramError.Code) throws {
    let object = try JSONValue(parsing: text).asObject()
    let error = #expect(throws: EngramError.self) { try RandomForest(parameters: object) }
    #expect(error?.code == code, "\(text)")
  }

  @Test func `counts columns as scikit-learn does`() throws {
    for (text, count) in [("\"sqrt\"", 22), ("\"log2\"", 8), ("null", 507), ("40", 40), ("0.1", 50), ("1000", 507)] {
      let limited = try MaxFeatures(json: JSONValue(parsing: text))
      #expect(limited.count(of: 507) == count)
    }
  }
}

extension JSONObject {
  fileprivate func text() throws -> String { try JSONValue.object(self).text() }
}
