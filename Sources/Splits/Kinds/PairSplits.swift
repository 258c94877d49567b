// PairSplits.swift -- balanced splits of two classes, or a few, at a time.

import Base
public import TrajectoryModel

/// Balanced splits of only some classes at a time (the paper's six pairs of learning rules).
public struct PairSplits: Sendable, Hashable {
  /// The sets of class values, each of two or more; nil for every pair of the classes there are.
  public var sets: [[MetadataValue]]?
  /// How the splits of each set are drawn; each set starts from the seed anew.
  public var balanced: BalancedSplits

  /// Makes a plan.
  public init(_ sets: [[MetadataValue]]? = nil, balanced: BalancedSplits = BalancedSplits()) {
    self.sets = sets
    self.balanced = balanced
  }
}

extension PairSplits: SplitPlan {
  static let kind = "pairs"
  static let keys = ["pairs"] + BalancedSplits.keys

  init(reading object: JSONObject) throws(EngramError) {
    let sets = try object.optional("pairs") { (value) throws(EngramError) in
      try value.elements { (set) throws(EngramError) in
        try set.elements { (part) throws(EngramError) in try part.asMetadata() }
      }
    }
    self.init(sets, balanced: try BalancedSplits(reading: object))
  }

  func write(to object: inout JSONObject) {
    object["pairs"] = sets.map { .array($0.map { .array($0.map { JSONValue($0) }) }) }
    balanced.write(to: &object)
  }

  func check() throws(EngramError) {
    try balanced.check()
    guard let sets else { return }
    guard !sets.isEmpty, sets.allSatisfy({ $0.count >= 2 && Set($0).count == $0.count && !$0.contains(.null) }) else {
      throw EngramError(
        .usage, "a pair is two class values or more, each once and none null", place: "key \"pairs\"",
        expected: "such as [[\"adam\", \"sgdm\"]]",
        found: sets.isEmpty ? "none" : sets.map { $0.map(\.description).joined(separator: "+") }.joined(separator: ", ")
      )
    }
  }

  func makeSplits(_ source: SplitSource, _ receive: (Split) throws(EngramError) -> Void) throws(EngramError) {
    let classes = try source.classes()
    // Of many classes there are far too many pairs to be made before they are counted.
    let count = sets?.count ?? classes.count * (classes.count - 1) / 2
    guard count > 0, count <= Choices.mostSplits / balanced.repeats else {
      throw EngramError(
        .invalidData, count == 0 ? "there is no pair of one class" : "there are too many pairs",
        place: source.label, expected: "2 classes or more, and at most \(Choices.mostSplits) splits",
        found: "\(classes.count) classes", mend: "loosen the filter, or name the pairs")
    }
    for set in sets ?? Self.pairs(of: classes.map(\.label)) {
      for value in set where !classes.contains(where: { $0.label == value }) {
        throw EngramError(
          .invalidData, "no selected example is of the class '\(value)'", place: source.label,
          expected: "one of \(classes.prefix(12).map(\.label.description).joined(separator: ", "))",
          found: "'\(value)'",
          mend: closestName(to: value.description, among: classes.map(\.label.description)).map {
            "did you mean '\($0)'?"
          })
      }
      let members = classes.filter { set.contains($0.label) }
      let name = set.map(\.description).joined(separator: "+")
      do throws(EngramError) {
        try balanced.draw(
          of: members, label: source.label, train: source.trainPool, test: source.testPool,
          name: { balanced.repeats == 1 ? name : "\(name)/\($0)" }, receive)
      } catch {
        throw error.code == .invalidData ? error.inGroup(name) : error
      }
    }
  }

  private static func pairs(of labels: [MetadataValue]) -> [[MetadataValue]] {
    labels.indices.flatMap { first in labels[(first + 1)...].map { [labels[first], $0] } }
  }
}
