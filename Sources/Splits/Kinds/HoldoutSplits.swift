// HoldoutSplits.swift -- one split for each group of examples: test on the group, train on all others.

package import Base
public import TrajectoryModel

/// How groups are held out (paper Section 5).
public struct HoldoutSplits: Sendable, Hashable {
  /// The hold-outs of the paper.
  public enum Preset: String, Sendable, Hashable, CaseIterable {
    /// Each architecture; the paper's "animal".
    case architecture
    /// Another word for `architecture`.
    case animal
    /// Each batch size with each dataset seed.
    case curriculum
    /// Each task.
    case task

    /// The columns whose values name a group.
    public var columns: [String] {
      switch self {
      case .architecture, .animal: ["architecture"]
      case .curriculum: ["batch_size", "dataset_seed"]
      case .task: ["task"]
      }
    }
  }

  /// The columns of the `example` view whose values name a group; null is a value like any other.
  public var by: [String]
  /// The groups to hold out, each with a value for each column; nil for every group.
  public var only: [[MetadataValue]]?
  /// How both sides of each split are drawn with as many examples of each class, or nil to take all there are.
  public var balanced: BalancedSplits?

  /// Makes a plan.
  public init(by columns: [String], only: [[MetadataValue]]? = nil, balanced: BalancedSplits? = nil) {
    by = columns
    self.only = only
    self.balanced = balanced
  }

  /// Makes the plan of a hold-out of the paper.
  public init(preset: Preset) { self.init(by: preset.columns) }
}

extension HoldoutSplits: SplitPlan {
  static let kind = "holdout"
  static let keys = ["by", "preset", "only", "balanced"]

  init(reading object: JSONObject) throws(EngramError) {
    let preset = try object.optionalChoice("preset", Preset.self)
    let columns = try object.optionalColumns("by")
    if preset != nil, columns != nil {
      throw EngramError(
        .usage, "the groups are given twice", place: "key \"preset\"", expected: "by or preset",
        mend: "leave one of them out")
    }
    guard let by = columns ?? preset?.columns else {
      throw EngramError(
        .usage, "the key \"by\" is missing", place: "key \"by\"",
        expected: "columns such as [\"architecture\"], or a preset", mend: "add the key \"by\"")
    }
    let only = try object.optional("only") { (value) throws(EngramError) in
      try value.elements { (element) throws(EngramError) -> [MetadataValue] in
        guard case .array = element else { return [try element.asMetadata()] }
        return try element.elements { (part) throws(EngramError) in try part.asMetadata() }
      }
    }
    let balanced = try object.optional("balanced") { (value) throws(EngramError) -> BalancedSplits in
      let inner = try value.asObject()
      try inner.checkKeys(["repeats", "seed"] + BalancedSplits.sizeKeys)
      return BalancedSplits(
        repeats: try inner.optionalCount("repeats") ?? 1, seed: try inner.optionalSeed() ?? 0,
        test: try BalancedSplits.size("test", in: inner) ?? .rest,
        train: try BalancedSplits.size("train", in: inner) ?? .rest)
    }
    self.init(by: by, only: only, balanced: balanced)
  }

  func write(to object: inout JSONObject) {
    object["by"] = .array(by.map { .string($0) })
    object["only"] = only.map { groups in
      .array(groups.map { key in key.count == 1 ? JSONValue(key[0]) : .array(key.map { JSONValue($0) }) })
    }
    if let balanced {
      var inner = JSONObject()
      inner["repeats"] = .integer(Int64(balanced.repeats))
      inner["seed"] = .integer(Int64(balanced.seed))
      balanced.writeSizes(to: &inner)
      object["balanced"] = .object(inner)
    }
  }

  func check() throws(EngramError) {
    try Choices.check(columns: by)
    if let only {
      guard !only.isEmpty, Set(only).count == only.count, only.allSatisfy({ $0.count == by.count }) else {
        throw EngramError(
          .usage, "the groups to hold out are not a value for each column, each once", place: "key \"only\"",
          expected: "\(by.count) value\(by.count == 1 ? "" : "s") for each group: \(by.joined(separator: ", "))",
          found: only.isEmpty
            ? "no group" : only.map { $0.map(Self.word(for:)).joined(separator: ",") }.joined(separator: "; "))
      }
    }
    try balanced?.checkSizes()
  }

  /// One split for each group that has anything to test on, in the order of the groups' keys.
  ///
  /// - Complexity: O(ranges) for each group; no example is enumerated unless the sides are balanced.
  func makeSplits(_ source: SplitSource, _ receive: (Split) throws(EngramError) -> Void) throws(EngramError) {
    let groups = try chosen(of: try source.groups(by: by))
    let classes = balanced == nil ? [] : try source.classes()
    var made = 0
    for group in groups {
      let test = group.examples.intersection(source.testPool)
      if test.isEmpty && only == nil { continue }
      made += 1
      guard made <= Choices.mostSplits else { throw Self.tooMany(groups.count, by) }
      let name = Self.name(by, group.key)
      let split = Split(name: name, train: source.trainPool.subtracting(group.examples), test: test)
      guard !split.train.isEmpty, !split.test.isEmpty else {
        throw EngramError(
          .invalidData,
          "holding out \(name) leaves nothing to \(split.test.isEmpty ? "test" : "train") on", place: "group \(name)",
          mend: split.test.isEmpty
            ? "loosen the filters, or leave the group out"
            : "hold out by a column that has at least two values among the selected examples")
      }
      guard let balanced else {
        try receive(split)
        continue
      }
      do throws(EngramError) {
        try balanced.draw(
          of: classes, label: source.label, train: split.train, test: split.test,
          name: { balanced.repeats == 1 ? name : "\(name)/\($0)" }, receive)
      } catch {
        throw error.code == .invalidData ? error.inGroup(name) : error
      }
    }
    guard made > 0 else {
      throw EngramError(
        .invalidData, "the filters leave no group to test on", place: by.joined(separator: ","),
        mend: "loosen the filters")
    }
  }

  /// The groups to hold out.
  private func chosen(of groups: [ExampleGroup]) throws(EngramError) -> [ExampleGroup] {
    guard let only else { return groups }
    for key in only where !groups.contains(where: { $0.key == key }) {
      throw Self.noGroup(key.map(Self.word(for:)).joined(separator: ","), by, groups)
    }
    let wanted = Set(only)
    return groups.filter { wanted.contains($0.key) }
  }

  /// The keys of groups that a person named by their words: `alexnet`, or `128,NULL` for two columns.
  ///
  /// - Throws: ``EngramError`` with code `notFound` that lists the groups there are.
  package static func keys(
    named words: [String], by columns: [String], among groups: [ExampleGroup]
  ) throws(EngramError) -> [[MetadataValue]] {
    try words.map { (word) throws(EngramError) in
      // Texts of other bytes are other values, also where Unicode has them equal.
      func isNamed(_ name: String) -> Bool { name.utf8.elementsEqual(word.utf8) }
      let full = groups.filter { isNamed(name(columns, $0.key)) }
      let named = full.isEmpty ? groups.filter { isNamed($0.key.map(word(for:)).joined(separator: ",")) } : full
      guard let group = named.first else { throw noGroup(word, columns, groups) }
      guard named.count == 1 else {
        throw EngramError(
          .usage, "\(named.count) groups are called '\(word)'", place: columns.joined(separator: ","),
          expected: "the name of one group", found: named.map { name(columns, $0.key) }.joined(separator: " and "),
          mend: "name the columns too, such as \(name(columns, group.key)), or give values in a specification")
      }
      return group.key
    }
  }

  /// The name of a group, such as `batch_size=128,dataset_seed=NULL`.
  static func name(_ columns: [String], _ key: [MetadataValue]) -> String {
    zip(columns, key).map { "\($0)=\(word(for: $1))" }.joined(separator: ",")
  }

  /// The word for a value in the name of a group; the text NULL is in quotes, for without them it is no value.
  package static func word(for value: MetadataValue) -> String { value == .text("NULL") ? "'NULL'" : value.description }

  static func tooMany(_ count: Int, _ columns: [String]) -> EngramError {
    EngramError(
      .limit, "there are too many groups to hold out", place: columns.joined(separator: ","),
      expected: "at most \(Choices.mostSplits) splits", found: "\(count) groups",
      mend: "group by columns with fewer values, or use group-k-fold")
  }

  private static func noGroup(_ word: String, _ columns: [String], _ groups: [ExampleGroup]) -> EngramError {
    let names = groups.map { $0.key.map(word(for:)).joined(separator: ",") }
    return EngramError(
      .notFound, "no selected example is of the group '\(word)'", place: columns.joined(separator: ","),
      expected: "one of \(names.prefix(12).joined(separator: ", "))" + (names.count > 12 ? ", …" : ""),
      found: "'\(word)'", mend: closestName(to: word, among: names.prefix(1_000)).map { "did you mean '\($0)'?" })
  }
}

extension EngramError {
  /// The same error, in a group.
  func inGroup(_ name: String) -> EngramError {
    var copy = self
    copy.place = "group \(name)" + (place.map { ", \($0)" } ?? "")
    return copy
  }
}
