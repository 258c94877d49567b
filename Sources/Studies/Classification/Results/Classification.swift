// Classification.swift -- the results of a classifier on the splits of a set, as the store keeps them.

public import Base
public import Classifiers

/// What is known of a classification without the results of its splits.
public struct ClassificationSummary: Sendable, Hashable {
  /// The number by which it is asked for.
  public let id: Int64
  /// Whether it was brought in from a file.
  public let isImported: Bool
  /// The kind of classifier.
  public let classifier: String
  /// The name of the split set, or of the file it was brought in from.
  public let title: String
  /// Everything that determined the results: data commit, splits, view, statistics, grid, seed.
  public let plan: JSONObject
  /// The number of splits.
  public let splitCount: Int
  /// How many of them are finished.
  public let finishedCount: Int
  /// The mean test accuracy of those that are finished, or nil while none is.
  public let meanAccuracy: Double?

  /// Whether every split has a result.
  public var isComplete: Bool { finishedCount == splitCount }
}

/// The results of a classifier on the splits of a set.
public struct Classification: Sendable, Hashable {
  /// What it is.
  public let summary: ClassificationSummary
  /// The results of the finished splits, in order.
  public let splits: [SplitResult]

  /// How it did on the test sides, or nil while no split is finished or when splits differ in their classes.
  public var test: SplitMetrics? { metrics(\.test) }
  /// How it did on what it learned from.
  public var train: SplitMetrics? { metrics(\.train) }
  /// The names of the classes, where all splits have the same.
  public var classes: [String]? {
    guard let first = splits.first?.classes, splits.allSatisfy({ $0.classes == first }) else { return nil }
    return first
  }

  private func metrics(_ side: (SplitResult) -> SplitResult.Side) -> SplitMetrics? {
    classes == nil ? nil : SplitMetrics(splits.map { side($0).confusion })
  }
}
