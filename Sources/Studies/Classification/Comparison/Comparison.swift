// Comparison.swift -- two classifications compared, split by split.

public import Base
import Classifiers

/// Two classifications of the same splits, compared split by split.
public struct Comparison: Sendable, Hashable {
  /// What is compared, and with what.
  public let first, second: ClassificationSummary
  /// The names of the classes of all splits, in the order in which splits first have them.
  public let classes: [String]
  /// The test accuracy, on the splits that both have finished.
  public let accuracy: PairedDifference
  /// The recall of each class on the test sides of the splits that have it.
  public let recalls: [PairedDifference]

  /// Compares.
  ///
  /// - Parameters:
  ///   - first: What is compared with.
  ///   - second: What is compared.
  /// - Throws: ``EngramError`` with code `usage` when they are not of the same splits, when no split is finished in both, when
  ///   a split has other classes in one than in the other, or when one was tested on examples that the other left out.
  public init(_ first: Classification, with second: Classification) throws(EngramError) {
    let sums = (first.summary.plan["splits_sha256"], second.summary.plan["splits_sha256"])
    guard let sum = sums.0, sum == sums.1 else {
      throw EngramError(
        .usage, "these results are not of the same splits", expected: "results of one split set",
        found: "results \(first.summary.id) on \(first.summary.title), \(second.summary.id) on \(second.summary.title)",
        mend: "classify the same split set with both")
    }
    let pairs = first.splits.compactMap { one in
      second.splits.first { $0.ordinal == one.ordinal }.map { (one, $0) }
    }
    guard !pairs.isEmpty else {
      throw EngramError(
        .usage, "no split is finished in both results",
        found: "results \(first.summary.id) and \(second.summary.id)", mend: "let both classifications end")
    }
    if let (one, other) = pairs.first(where: { $0.classes != $1.classes }) {
      throw EngramError(
        .usage, "these results have not the same classes", place: "split \(one.name)",
        expected: one.classes.joined(separator: ", "), found: other.classes.joined(separator: ", "))
    }
    if let (one, other) = pairs.first(where: { !Self.isTestedAlike($0, $1) }) {
      throw EngramError(
        .usage, "these results were tested on different examples of the same splits", place: "split \(one.name)",
        expected: "the same test examples",
        found: "\(one.test.count) in results \(first.summary.id), \(other.test.count) in results \(second.summary.id)",
        mend: """
          make splits of the examples that have what both ask for, and classify those with both; \
          \(set: .missing, to: "drop") leaves out others for each
          """)
    }
    self.first = first.summary
    self.second = second.summary
    var classes: [String] = []
    for name in pairs.flatMap(\.0.classes) where !classes.contains(name) { classes.append(name) }
    self.classes = classes
    let share = pairs.reduce(0) { $0 + Double($1.0.test.count) / Double($1.0.train.count) } / Double(pairs.count)
    func paired(_ rate: (SplitResult) -> Double) -> PairedDifference {
      PairedDifference(first: pairs.map { rate($0.0) }, second: pairs.map { rate($0.1) }, testShare: share)
    }
    accuracy = paired { $0.test.confusion.accuracy }
    recalls = classes.map { name in
      paired { split in
        split.classes.firstIndex(of: name).map { split.test.confusion.recall(of: $0) } ?? .nan
      }
    }
  }

  /// Whether two results of a split were tested on the same examples; where predictions were not kept, on as many of each class.
  private static func isTestedAlike(_ one: SplitResult, _ other: SplitResult) -> Bool {
    if let predictions = one.predictions, let others = other.predictions {
      return predictions.examples == others.examples
    }
    return one.classes.indices.allSatisfy { code in
      func count(_ matrix: ConfusionMatrix) -> Int64 { one.classes.indices.reduce(0) { $0 + matrix[code, $1] } }
      return count(one.test.confusion) == count(other.test.confusion)
    }
  }
}
