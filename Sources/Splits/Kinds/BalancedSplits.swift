// BalancedSplits.swift -- equally many examples of each class, drawn as the published code draws them.

import Base
import TrajectoryModel

/// How balanced splits are drawn (the published `get_splits`; paper Section 4: ten splits of 75% and 25%).
public struct BalancedSplits: Sendable, Hashable {
  /// How many examples of each class one side gets.
  public enum Size: Sendable, Hashable {
    /// So many of each class.
    case perClass(Int)
    /// This fraction of what the smallest class has, rounded to the nearest whole number.
    case fraction(Double)
    /// As many of each class as the class with the fewest has left.
    case rest
  }

  /// The number of splits.
  public var repeats: Int
  /// The seed of NumPy's legacy generator, which draws all splits one after the other.
  public var seed: UInt32
  /// The size of the test side; `rest` only beside a train side that has a size, or inside a hold-out.
  public var test: Size
  /// The size of the train side.
  public var train: Size

  /// Makes a plan; without a size of the test side it is what the train side leaves, or a quarter where that has none either.
  public init(repeats: Int = 10, seed: UInt32 = 0, test: Size? = nil, train: Size = .rest) {
    self.repeats = repeats
    self.seed = seed
    self.test = test ?? (train == .rest ? .fraction(0.25) : .rest)
    self.train = train
  }

  /// The one algorithm that balanced splits have: the published code's, index for index.
  public static let publishedCompatibility = "lr-identify"
}

extension BalancedSplits: SplitPlan {
  static let kind = "balanced"
  static let sizeKeys = ["test_per_class", "test_fraction", "train_per_class", "train_fraction"]
  static let keys = ["repeats", "seed", "compatibility"] + sizeKeys

  init(reading object: JSONObject) throws(EngramError) {
    if let mode = try object.optionalText("compatibility"), mode != Self.publishedCompatibility {
      throw EngramError(
        .usage, "there is no such compatibility", place: "key \"compatibility\"",
        expected: "\"\(Self.publishedCompatibility)\"", found: "\"\(mode)\"")
    }
    self.init(
      repeats: try object.optionalCount("repeats") ?? 10, seed: try object.optionalSeed() ?? 0,
      test: try Self.size("test", in: object), train: try Self.size("train", in: object) ?? .rest)
  }

  /// The size of a side, or nil when it is not given.
  static func size(_ side: String, in object: JSONObject) throws(EngramError) -> Size? {
    try object.optionalSize(
      "\(side)_per_class", "\(side)_fraction", count: { .perClass($0) }, fraction: { .fraction($0) })
  }

  func write(to object: inout JSONObject) {
    object["repeats"] = .integer(Int64(repeats))
    object["seed"] = .integer(Int64(seed))
    writeSizes(to: &object)
    object["compatibility"] = .string(Self.publishedCompatibility)
  }

  func writeSizes(to object: inout JSONObject) {
    for (side, size) in [("test", test), ("train", train)] {
      switch size {
      case .perClass(let count): object["\(side)_per_class"] = .integer(Int64(count))
      case .fraction(let fraction): object["\(side)_fraction"] = .real(fraction)
      case .rest: break
      }
    }
  }

  func check() throws(EngramError) {
    try checkSizes()
    if test == .rest, train == .rest {
      throw EngramError(
        .usage, "the size of the test side is missing", place: "key \"test_fraction\"",
        expected: "test_per_class or test_fraction")
    }
  }

  func checkSizes() throws(EngramError) {
    try Choices.check(repeats: repeats)
    for (side, size) in [("test", test), ("train", train)] {
      switch size {
      case .perClass(let count): try Choices.check(count: count, "\(side)_per_class")
      case .fraction(let fraction): try Choices.check(fraction: fraction, "\(side)_fraction")
      case .rest: break
      }
    }
  }

  func makeSplits(_ source: SplitSource, _ receive: (Split) throws(EngramError) -> Void) throws(EngramError) {
    try draw(
      of: try source.classes(), label: source.label, train: source.trainPool, test: source.testPool,
      name: { String($0) }, receive)
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
  ///   - classes: The examples of each class, classes ascending.
  ///   - label: The label column, for errors.
  ///   - train: The examples that may be trained on.
  ///   - test: The examples that may be tested on.
  ///   - name: The name of a split, by its number.
  ///   - receive: Gets each split.
  /// - Throws: ``EngramError`` with code `invalidData` that names the class that has too few examples, how many are wanted
  ///   and how many there are.
  /// - Complexity: O(repeats x examples) time; the memory of one split, and of a permutation of the largest class.
  func draw(
    of classes: [ExampleClass], label: String, train: ExampleSet, test: ExampleSet, name: (Int) -> String,
    _ receive: (Split) throws(EngramError) -> Void
  ) throws(EngramError) {
    var random = RandomState(seed: seed)
    func within(_ pool: ExampleSet) -> [ExampleClass] {
      classes.map { ExampleClass(label: $0.label, examples: $0.examples.intersection(pool)) }
        .filter { !$0.examples.isEmpty }
    }
    func sizes(_ classes: [ExampleClass]) -> [(MetadataValue, Int)] { classes.map { ($0.label, $0.examples.count) } }
    let (testClasses, trainClasses) = (within(test), within(train))
    let (testSizes, trainSizes) = (sizes(testClasses), sizes(trainClasses))
    let testLeft = try left(of: testClasses, besideTrainOf: trainClasses, label)
    let testCount = try Self.count(self.test, of: testSizes, left: testLeft, label, "test")
    for index in 0..<repeats {
      let testSide = Self.draw(testCount, ofEach: testClasses, &random)
      let left = trainClasses.map { ExampleClass(label: $0.label, examples: $0.examples.subtracting(testSide)) }
      let trainCount = try Self.count(self.train, of: trainSizes, left: sizes(left), label, "train")
      let trainSide = Self.draw(trainCount, ofEach: left, &random)
      try receive(Split(name: name(index), train: trainSide, test: testSide))
    }
  }

  /// How many examples of each class there are to test on: all, but for those that a train side with a size needs where the
  /// test side takes the rest.
  private func left(
    of testClasses: [ExampleClass], besideTrainOf trainClasses: [ExampleClass], _ label: String
  ) throws(EngramError) -> [(MetadataValue, Int)] {
    let needed = test == .rest ? Self.wanted(train, of: trainClasses.map(\.examples.count)) : nil
    var left: [(MetadataValue, Int)] = []
    var short: [(label: MetadataValue, count: Int, shared: Int, pool: Int)] = []
    for one in testClasses {
      var count = one.examples.count
      if let needed, let pool = trainClasses.first(where: { $0.label == one.label })?.examples {
        let shared = pool.intersection(one.examples).count
        // The test side is drawn first, and may get any of those that both sides have.
        if shared > 0, pool.count - shared < needed {
          if pool.count <= needed { short.append((one.label, count, shared, pool.count)) }
          count = min(count, pool.count - needed)
        }
      }
      left.append((one.label, count))
    }
    if let first = short.first, let needed {
      let (lone, others) = (short.filter { $0.pool == 1 }, short.filter { $0.pool > 1 })
      var mend: Mend = lone.isEmpty ? "" : Self.leavingOut(lone.map(\.label), label)
      if let fewest = others.map(\.pool).min() {
        if !lone.isEmpty { mend = mend + "; " }
        mend = mend + "ask for at most \(fewest - 1) of each class on the other side"
      }
      let whose = "\(first.shared) of them among the \(first.pool) of the other side, which asks for \(needed)"
      throw EngramError(
        .invalidData, "class '\(first.label)' has too few examples for the test side", place: "test side",
        expected: "at least 1 of each class",
        found: "\(first.count) of '\(first.label)', \(whose)\(Self.alsoShort(short.dropFirst().map(\.label)))",
        mend: mend)
    }
    return left
  }

  /// How to do without classes that have no example for each side.
  private static func leavingOut(_ values: [MetadataValue], _ label: String) -> Mend {
    /// A filter that names more is no longer read.
    let most = 8
    let named = values.prefix(most).map { "'" + $0.description.replacing("'", with: "''") + "'" }
      .joined(separator: ", ")
    if values.count == 1 {
      return
        "leave the class out by a filter, such as `\(label) != \(named)`, or add examples of it: each side needs one"
    }
    let list = values.count > most ? "\(named), …" : named
    return
      "leave the classes out by a filter, such as `\(label) NOT IN (\(list))`, or add examples of them: each side needs one"
  }

  /// What is said of further classes that have too few examples: a few names, and how many more.
  private static func alsoShort(_ values: [MetadataValue]) -> String {
    let shown = 3
    if values.isEmpty { return "" }
    let named = values.prefix(shown).map { "'\($0)'" }.joined(separator: ", ")
    return "; too few also of \(named)" + (values.count > shown ? " and \(values.count - shown) more" : "")
  }

  /// The number of examples of each class that a size asks for, given how many each has in all; nil for the rest.
  private static func wanted(_ size: Size, of all: [Int]) -> Int? {
    switch size {
    case .perClass(let count): count
    case .fraction(let fraction): Int((fraction * Double(all.min() ?? 0)).rounded())
    case .rest: nil
    }
  }

  private static func draw(_ count: Int, ofEach classes: [ExampleClass], _ random: inout RandomState) -> ExampleSet {
    // Ids are collected as bits, for classes mostly alternate and their sets would be merged range by range.
    let first = classes.compactMap(\.examples.ranges.first?.lowerBound).min() ?? 0
    let end = classes.compactMap(\.examples.ranges.last?.upperBound).max() ?? 0
    var drawn = Bitmap(count: Int(end - first))
    for examples in classes.map(\.examples) {
      drawn.insertMembers(of: examples, at: random.choice(of: count, among: examples.count), from: first)
    }
    return drawn.examples(from: first)
  }

  /// The number of examples to draw of each class, given how many each has in all and how many are left.
  private static func count(
    _ size: Size, of all: [(label: MetadataValue, count: Int)], left: [(label: MetadataValue, count: Int)],
    _ label: String, _ side: String
  ) throws(EngramError) -> Int {
    let classes = zip(left, all).map { (label: $0.label, left: $0.count, total: $1.count) }
    guard let smallest = classes.min(by: { ($0.left, $0.total) < ($1.left, $1.total) }) else {
      throw EngramError(
        .invalidData, "no example on the \(side) side has a \(label)", place: "\(side) side",
        mend: "loosen the filter, or name another label column as \(option: .label)")
    }
    let wanted = wanted(size, of: all.map(\.count)) ?? smallest.left
    guard wanted >= 1, wanted <= smallest.left else {
      // One example is too few for both sides, whatever is asked for.
      let short = classes.filter { smallest.total < 2 ? $0.total < 2 : $0.left < max(wanted, 1) }
      throw shortage(
        size, of: smallest.label, beside: short.map(\.label).filter { $0 != smallest.label }, wanted: wanted,
        left: smallest.left, total: smallest.total, label, side)
    }
    return wanted
  }

  /// The error of classes that have too few examples for a side: how many the smallest has, what was asked, what can be.
  private static func shortage(
    _ size: Size, of value: MetadataValue, beside others: [MetadataValue], wanted: Int, left: Int, total: Int,
    _ label: String, _ side: String
  ) -> EngramError {
    let asked =
      switch size {
      case .perClass(let count): "\(count) of each class"
      case .fraction(let fraction): "\(fraction) of the smallest class, at least 1 of each class"
      case .rest: "at least 1 of each class"
      }
    var found = "\(total) of '\(value)'"
    if left < total { found += ", \(total - left) of them on the other side" }
    if case .fraction(let fraction) = size, wanted < 1 { found += ", and \(fraction) of \(total) is rounded to 0" }
    found += alsoShort(others)
    let classes = others.isEmpty ? "class" : "classes"
    let mend: Mend =
      if total < 2 {
        leavingOut([value] + others, label)
      } else if left == 0 {
        "ask for at most \(total - 1) of each class on the other side"
      } else if wanted < 1 {
        "ask for 1 of each class, or for a larger fraction"
      } else {
        "ask for at most \(left) of each class, or leave the \(classes) out by a filter"
      }
    return EngramError(
      .invalidData, "class '\(value)' has too few examples for the \(side) side", place: "\(side) side",
      expected: asked, found: found, mend: mend)
  }
}
