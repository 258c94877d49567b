// KFoldSplits.swift -- folds that hold each class in equal parts, as scikit-learn's StratifiedKFold assigns them.

package import Base
import TrajectoryModel

/// Stratified k-fold: every fold is the test side once and holds each class in equal parts.
///
/// The assignment is that of scikit-learn's `StratifiedKFold`, example for example, the examples taken in order of id.
public struct KFoldSplits: Sendable, Hashable {
  /// Which scikit-learn the assignment is from.
  public enum Rule: String, Sendable, Hashable, CaseIterable {
    /// Since 0.22: classes coded by first appearance share out the remainders, so the folds are of equal size.
    case since022 = "scikit-learn-0.22"
    /// Before 0.22: of each class the first folds get one more. The paper's code ran on 0.20.
    case before022 = "scikit-learn-0.20"
  }

  /// The number of folds.
  public var folds: Int
  /// Which scikit-learn the assignment is from.
  public var rule: Rule
  /// Shuffles as `StratifiedKFold(shuffle=True, random_state=seed)` does; nil takes the examples in their order.
  public var seed: UInt32?

  /// Makes a plan.
  public init(folds: Int = 5, rule: Rule = .since022, seed: UInt32? = nil) {
    self.folds = folds
    self.rule = rule
    self.seed = seed
  }
}

extension KFoldSplits: SplitPlan {
  static let kind = "k-fold"
  static let keys = ["folds", "rule", "seed"]

  init(reading object: JSONObject) throws(EngramError) {
    self.init(
      folds: try object.optionalCount("folds") ?? 5, rule: try object.optionalChoice("rule", Rule.self) ?? .since022,
      seed: try object.optionalSeed())
  }

  func write(to object: inout JSONObject) {
    object["folds"] = .integer(Int64(folds))
    object["rule"] = .string(rule.rawValue)
    object["seed"] = seed.map { .integer(Int64($0)) }
  }

  func check() throws(EngramError) {
    try Choices.check(folds: folds)
    if rule == .before022, seed != nil {
      throw EngramError(
        .usage, "the older rule does not shuffle", place: "key \"seed\"",
        expected: "no seed with rule \(Rule.before022.rawValue)", mend: "leave the seed or the rule out")
    }
  }

  func makeSplits(_ source: SplitSource, _ receive: (Split) throws(EngramError) -> Void) throws(EngramError) {
    let classes = try source.classes().map(\.examples)
    // Examples without a class are in no fold, and on neither side.
    let labelled = classes.reduce(ExampleSet()) { $0.union($1) }
    try forEachFold(of: classes) { (index, fold) throws(EngramError) in
      try receive(try source.split(String(index), testing: fold, among: labelled))
    }
  }
}

extension KFoldSplits {
  /// The fold of each of some elements, given their classes: what `StratifiedKFold` gives for such labels.
  ///
  /// - Parameter codes: For each element the number of its class, from 0.
  /// - Returns: For each element the number of its fold, from 0.
  /// - Throws: ``EngramError`` with code `invalidData` when every class has fewer members than there are folds.
  package func foldNumbers(of codes: [Int32]) throws(EngramError) -> [Int32] {
    var members = [ExampleSet](repeating: ExampleSet(), count: Int(codes.max() ?? -1) + 1)
    for (place, code) in codes.enumerated() { members[Int(code)].append(Int64(place)..<Int64(place + 1)) }
    var numbers = [Int32](repeating: 0, count: codes.count)
    try forEachFold(of: members.filter { !$0.isEmpty }) { (fold, examples) throws(EngramError) in
      for range in examples.ranges {
        for place in range { numbers[Int(place)] = Int32(fold) }
      }
    }
    return numbers
  }

  /// Visits the members of each fold in turn, given those of each class.
  ///
  /// - Complexity: O(ranges) time and memory; shuffled O(folds x examples) time and two bytes for each example.
  func forEachFold(
    of classes: [ExampleSet], _ receive: (_ fold: Int, _ members: ExampleSet) throws(EngramError) -> Void
  ) throws(EngramError) {
    // Classes in order of first appearance, as scikit-learn codes them since 0.22; before, the order did not matter.
    let classes = classes.sorted { ($0.ranges.first?.lowerBound ?? 0) < ($1.ranges.first?.lowerBound ?? 0) }
    let counts = classes.map(\.count)
    guard let most = counts.max(), most >= folds else { throw Self.tooMany(folds, most: counts.max() ?? 0) }
    var sizes: [[Int]] = []
    var start = 0
    for count in counts {
      sizes.append(
        (0..<folds).map { fold in
          switch rule {
          case .before022: count / folds + (fold < count % folds ? 1 : 0)
          case .since022: Self.count(of: start..<(start + count), at: fold, every: folds)
          }
        })
      start += count
    }
    if let seed {
      let numbers = Self.shuffled(classes, into: sizes, RandomState(seed: seed))
      for fold in 0..<folds { try receive(fold, numbers.members(of: UInt16(fold))) }
    } else {
      let parts = zip(classes, sizes).map { $0.consecutive($1) }
      for fold in 0..<folds { try receive(fold, parts.reduce(ExampleSet()) { $0.union($1[fold]) }) }
    }
  }

  /// How many numbers of a range are `fold`, `fold + folds`, `fold + 2 folds`, and so on.
  private static func count(of range: Range<Int>, at fold: Int, every folds: Int) -> Int {
    func below(_ end: Int) -> Int { (end - fold + folds - 1) / folds }
    return below(max(fold, range.upperBound)) - below(max(fold, range.lowerBound))
  }

  /// Shares examples out at random: fold numbers, as often as their sizes say, are shuffled over the examples of a class.
  private static func shuffled(
    _ classes: [ExampleSet], into sizes: [[Int]], _ generator: RandomState
  ) -> FoldNumbers {
    var random = generator
    var result = FoldNumbers(from: classes.first?.ranges.first?.lowerBound ?? 0)
    for (examples, sizes) in zip(classes, sizes) {
      var numbers: [UInt16] = []
      numbers.reserveCapacity(examples.count)
      for (fold, size) in sizes.enumerated() {
        for _ in 0..<size { numbers.append(UInt16(fold)) }
      }
      random.shuffle(&numbers)
      result.set(numbers, of: examples)
    }
    return result
  }
}

/// The number of the fold of each example, in two bytes.
private struct FoldNumbers {
  /// What stands where an example is in no fold; above any number of folds.
  private static let none = UInt16.max

  private let first: Int64
  private var numbers: [UInt16] = []

  /// Numbers of examples from an id on.
  init(from first: Int64) { self.first = first }

  /// Sets the numbers of some examples, ascending.
  mutating func set(_ fold: [UInt16], of examples: ExampleSet) {
    guard let last = examples.ranges.last else { return }
    let missing = Int(last.upperBound - first) - numbers.count
    if missing > 0 { numbers.append(contentsOf: [UInt16](repeating: Self.none, count: missing)) }
    var place = 0
    for range in examples.ranges {
      for id in Int(range.lowerBound - first)..<Int(range.upperBound - first) {
        numbers[id] = fold[place]
        place &+= 1
      }
    }
  }

  /// The examples of a fold.
  func members(of fold: UInt16) -> ExampleSet {
    var set = ExampleSet()
    var start = 0
    while start < numbers.count {
      guard numbers[start] == fold else {
        start &+= 1
        continue
      }
      var end = start &+ 1
      while end < numbers.count, numbers[end] == fold { end &+= 1 }
      set.append((first + Int64(start))..<(first + Int64(end)))
      start = end
    }
    return set
  }
}

extension KFoldSplits {
  /// The error of more folds than examples of any class; where no class has two, no number of folds will do.
  static func tooMany(_ folds: Int, most: Int) -> EngramError {
    EngramError(
      .invalidData, "there are more folds than examples of any class", place: "key \"folds\"",
      expected: most > 1 ? "at most \(most) folds" : "a class of 2 examples or more",
      found: most > 1 ? "\(folds)" : "\(folds) folds, and no class with more than \(most)",
      mend: most > 1 ? "ask for fewer folds" : "name a label that several examples share as \(option: .label)")
  }
}
