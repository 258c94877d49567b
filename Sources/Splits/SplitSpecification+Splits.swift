// SplitSpecification+Splits.swift -- from a specification and a snapshot to splits.

public import TrajectoryModel
public import TrajectoryStore

extension SplitSpecification {
  /// The splits that this specification gives on a snapshot.
  ///
  /// - Throws: ``EngramError`` with code `usage` for a bad specification or filter, `invalidData` when a class or a
  ///   group has too few examples.
  public func splits(of snapshot: Snapshot) throws(EngramError) -> [Split] {
    try check()
    let selected = try snapshot.examples(where: filter)
    let trainPool = try trainFilter.map { (sql) throws(EngramError) in
      selected.intersection(try snapshot.examples(where: sql))
    }
    let testPool = try testFilter.map { (sql) throws(EngramError) in
      selected.intersection(try snapshot.examples(where: sql))
    }
    switch kind {
    case .balanced(let plan):
      let classes = try snapshot.groups(by: [label]).filter { $0.key[0] != .null }
      return try plan.splits(
        label: label, train: Self.classes(classes, in: trainPool ?? selected),
        test: Self.classes(classes, in: testPool ?? selected))
    case .holdout(let plan):
      return try plan.splits(
        groups: try snapshot.groups(by: plan.by, where: filter), train: trainPool ?? selected,
        test: testPool ?? selected)
    }
  }

  private static func classes(
    _ groups: [ExampleGroup], in pool: ExampleSet
  ) -> [(label: MetadataValue, examples: ExampleSet)] {
    groups.map { ($0.key[0], $0.examples.intersection(pool)) }.filter { !$0.1.isEmpty }
  }
}

extension BalancedSplits {
  /// Draws the splits as the published `get_splits` does, index for index.
  ///
  /// One generator serves all splits. For each split, and each test class in ascending order, the class's examples are
  /// permuted and the first few taken; the same is done for train classes on the train examples that are not in
  /// this split's test side. A permutation is drawn even where all are taken.
  ///
  /// - Parameters:
  ///   - label: The label column, for errors.
  ///   - train: The examples of each class that may be trained on, classes ascending.
  ///   - test: Those that may be tested on.
  /// - Complexity: O(repeats x examples).
  func splits(
    label: String, train: [(label: MetadataValue, examples: ExampleSet)],
    test: [(label: MetadataValue, examples: ExampleSet)]
  ) throws(EngramError) -> [Split] {
    var random = RandomState(seed: seed)
    let testIDs = test.map { $0.examples.ids }
    let testSizes = test.map { ($0.label, $0.examples.count) }
    let testCount = try Self.count(self.test, of: testSizes, left: testSizes, label, "test")
    let trainSizes = train.map { ($0.label, $0.examples.count) }
    var result: [Split] = []
    for index in 0..<repeats {
      var chosen: [Int64] = []
      for ids in testIDs { chosen.append(contentsOf: Self.draw(testCount, of: ids, &random)) }
      let testSide = ExampleSet(ids: chosen)
      let left = train.map { (label: $0.label, ids: $0.examples.subtracting(testSide).ids) }
      let trainCount = try Self.count(
        self.train, of: trainSizes, left: left.map { ($0.label, $0.ids.count) }, label, "train")
      chosen.removeAll(keepingCapacity: true)
      for (_, ids) in left { chosen.append(contentsOf: Self.draw(trainCount, of: ids, &random)) }
      result.append(Split(name: String(index), train: ExampleSet(ids: chosen), test: testSide))
    }
    return result
  }

  private static func draw(_ count: Int, of ids: [Int64], _ random: inout RandomState) -> [Int64] {
    random.permutation(ids.count).prefix(count).map { ids[$0] }
  }

  /// The number of examples to draw of each class, given how many each has in all and how many are left.
  private static func count(
    _ size: Size, of all: [(label: MetadataValue, count: Int)], left: [(label: MetadataValue, count: Int)],
    _ label: String, _ side: String
  ) throws(EngramError) -> Int {
    guard let smallest = left.min(by: { $0.count < $1.count }) else {
      throw EngramError(
        .invalidData, "no example on the \(side) side has a \(label)", place: "\(side) side",
        mend: "loosen the filter, or name another label column with --label")
    }
    let wanted: Int
    switch size {
    case .perClass(let count): wanted = count
    case .fraction(let fraction): wanted = Int((fraction * Double(all.map(\.count).min() ?? 0)).rounded())
    case .rest: wanted = smallest.count
    }
    guard wanted >= 1, wanted <= smallest.count else {
      throw EngramError(
        .invalidData, "class '\(smallest.label)' has too few examples for the \(side) side", place: "\(side) side",
        expected: "\(max(1, wanted)) examples of each class", found: "\(smallest.count)",
        mend: "ask for at most \(smallest.count) of each class, or loosen the filter")
    }
    return wanted
  }
}

extension HoldoutSplits {
  /// One split for each group that has anything to test on, in the order of the groups' keys.
  ///
  /// - Complexity: O(ranges) for each group; no example is enumerated.
  func splits(groups: [ExampleGroup], train: ExampleSet, test: ExampleSet) throws(EngramError) -> [Split] {
    var result: [Split] = []
    for group in groups {
      let testSide = group.examples.intersection(test)
      if testSide.isEmpty { continue }
      let trainSide = train.subtracting(group.examples)
      let name = zip(by, group.key).map { "\($0)=\($1)" }.joined(separator: ",")
      guard !trainSide.isEmpty else {
        throw EngramError(
          .invalidData, "holding out \(name) leaves nothing to train on", place: "group \(name)",
          mend: "hold out by a column that has at least two values among the selected examples")
      }
      result.append(Split(name: name, train: trainSide, test: testSide))
    }
    guard !result.isEmpty else {
      throw EngramError(
        .invalidData, "the filters leave no group to test on", place: by.joined(separator: ","),
        mend: "loosen the filters")
    }
    return result
  }
}
