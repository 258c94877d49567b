// Comparison.swift -- two classifications compared, split by split.

public import Base
import Classifiers

/// Two classifications of the same splits, compared split by split.
public struct Comparison: Sendable, Hashable {
  /// What is compared, and with what.
  public let first, second: ClassificationSummary
  /// The names of the classes.
  public let classes: [String]
  /// The test accuracy, on the splits that both have finished.
  public let accuracy: PairedDifference
  /// The recall of each class on the test sides.
  public let recalls: [PairedDifference]

  /// Compares.
  ///
  /// - Parameters:
  ///   - first: What is compared with.
  ///   - second: What is compared.
  /// - Throws: ``EngramError`` with code `usage` when they are not of the same splits or have other classes, when no split is
  ///   finished in both, or when one was tested on examples that the other left out.
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
    guard let example = pairs.first else {
      throw EngramError(
        .usage, "no split is finished in both results",
        found: "results \(first.summary.id) and \(second.summary.id)", mend: "let both classifications end")
    }
    guard pairs.allSatisfy({ $0.classes == example.0.classes && $1.classes == example.0.classes }) else {
      throw EngramError(
        .usage, "these results have not the same classes", expected: example.0.classes.joined(separator: ", "),
        found: pairs.lazy.map(\.1.classes).first { $0 != example.0.classes }?.joined(separator: ", ")
          ?? "other classes in another split")
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
    classes = example.0.classes
    let share = pairs.reduce(0) { $0 + Double($1.0.test.count) / Double($1.0.train.count) } / Double(pairs.count)
    func paired(_ rate: (ConfusionMatrix) -> Double) -> PairedDifference {
      PairedDifference(
        first: pairs.map { rate($0.0.test.confusion) }, second: pairs.map { rate($0.1.test.confusion) },
        testShare: share)
    }
    accuracy = paired(\.accuracy)
    recalls = classes.indices.map { code in paired { $0.recall(of: code) } }
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
