// GroupShuffleSplits.swift -- whole groups drawn at random, as scikit-learn's GroupShuffleSplit draws them.

import Base

/// Splits of whole groups drawn at random: no group is on both sides.
///
/// The draw is that of scikit-learn's `GroupShuffleSplit(random_state=seed)`, group for group, where sizes count groups.
/// Where they count examples, groups are taken from the same permutation for as long as each brings the side nearer to
/// the size asked for.
public struct GroupShuffleSplits: Sendable, Hashable {
  /// What the sizes of the sides count.
  public enum Counting: String, Sendable, Hashable, CaseIterable {
    /// Groups, as scikit-learn does.
    case groups
    /// Examples; the nearest that whole groups allow.
    case examples
  }

  /// The columns of the `example` view whose values name a group; by default the run.
  public var by: [String]
  /// The number of splits.
  public var repeats: Int
  /// The seed of NumPy's legacy generator, which draws all splits one after the other.
  public var seed: UInt32
  /// What the sizes count.
  public var counting: Counting
  /// The size of the test side; `rest` only beside a train side that has a size.
  public var test: ShuffleSize
  /// The size of the train side.
  public var train: ShuffleSize

  /// Makes a plan; without a size of the test side it is what the train side leaves, or a quarter where that has none either.
  public init(
    by columns: [String] = ["run_id"], repeats: Int = 10, seed: UInt32 = 0, counting: Counting = .groups,
    test: ShuffleSize? = nil, train: ShuffleSize = .rest
  ) {
    by = columns
    self.repeats = repeats
    self.seed = seed
    self.counting = counting
    self.test = ShuffleSize.test(test, beside: train)
    self.train = train
  }
}

extension GroupShuffleSplits: SplitPlan {
  static let kind = "group-shuffle"
  static let keys = ["by", "repeats", "seed", "counting"] + ShuffleSize.keys

  init(reading object: JSONObject) throws(EngramError) {
    self.init(
      by: try object.optionalColumns("by") ?? [GroupTable.run], repeats: try object.optionalCount("repeats") ?? 10,
      seed: try object.optionalSeed() ?? 0, counting: try object.optionalChoice("counting", Counting.self) ?? .groups,
      test: try ShuffleSize.read("test", in: object),
      train: try ShuffleSize.read("train", in: object) ?? .rest)
  }

  func write(to object: inout JSONObject) {
    object["by"] = .array(by.map { .string($0) })
    object["repeats"] = .integer(Int64(repeats))
    object["seed"] = .integer(Int64(seed))
    object["counting"] = .string(counting.rawValue)
    test.write("test", to: &object)
    train.write("train", to: &object)
  }

  func check() throws(EngramError) {
    try Choices.check(columns: by)
    try Choices.check(repeats: repeats)
    try ShuffleSize.check(test: test, train: train)
  }

  func makeSplits(_ source: SplitSource, _ receive: (Split) throws(EngramError) -> Void) throws(EngramError) {
    let table = try GroupTable(of: source, by: by)
    let total = counting == .groups ? table.groups.count : table.sizes.reduce(0, +)
    let wanted = try ShuffleSize.counts(test: test, train: train, of: total, counting.rawValue)
    guard table.groups.count >= 2 else {
      throw EngramError(
        .invalidData, "one group cannot be on both sides", place: by.joined(separator: ","),
        expected: "at least 2 groups", found: "\(table.groups.count)", mend: "group by columns with more values")
    }
    var random = RandomState(seed: seed)
    for index in 0..<repeats {
      let order = random.permutation(table.groups.count)
      let (testGroups, trainGroups) =
        switch counting {
        case .groups: (order[..<wanted.test], order[wanted.test...].prefix(wanted.train))
        case .examples: cut(order, table.sizes, wanted)
        }
      let trainSide = train == .rest ? nil : table.examples(of: trainGroups)
      try receive(try source.split(String(index), testing: table.examples(of: testGroups), among: trainSide))
    }
  }

  /// The groups of each side, where sizes count examples.
  private func cut(
    _ order: [Int], _ sizes: [Int], _ wanted: (test: Int, train: Int)
  ) -> (ArraySlice<Int>, ArraySlice<Int>) {
    /// The end of the groups, from a start on, that come nearest to a number of examples; at least one, and before `limit`.
    func end(from start: Int, below limit: Int, _ wanted: Int) -> Int {
      var (end, taken) = (start + 1, sizes[order[start]])
      while end < limit, abs(taken + sizes[order[end]] - wanted) < abs(taken - wanted) {
        taken += sizes[order[end]]
        end += 1
      }
      return end
    }
    let middle = end(from: 0, below: order.count - 1, wanted.test)
    let last = train == .rest || test == .rest ? order.count : end(from: middle, below: order.count, wanted.train)
    return (order[..<middle], order[middle..<last])
  }
}
