// KnownLabels.swift -- how many predictions are correct, where labels are known.

/// How many predictions were right of examples whose label is known after all.
public struct KnownLabels: Sendable, Hashable {
  /// The examples of known class, and those of them that were right.
  public let examples, rightExamples: Int
  /// The runs of known class, and those of them that were right.
  public let runs, rightRuns: Int
}
