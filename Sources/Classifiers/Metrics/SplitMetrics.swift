// SplitMetrics.swift -- what the confusion matrices of several splits say together.

/// What the confusion matrices of several splits say together, as the published results keep it.
///
/// Means add the counts of all splits first and take the rate of the sum; the published `mean_…` do so.
public struct SplitMetrics: Sendable, Hashable {
  /// The matrix of each split.
  public let matrices: [ConfusionMatrix]
  /// The sum of all.
  public let sum: ConfusionMatrix

  /// Puts splits together.
  ///
  /// - Precondition: There is at least one, and all have the same classes.
  public init(_ matrices: [ConfusionMatrix]) {
    precondition(!matrices.isEmpty, "there is at least one split")
    self.matrices = matrices
    sum = matrices.dropFirst().reduce(into: matrices[0]) { $0 += $1 }
  }

  /// The accuracy of each split.
  public var accuracies: [Double] { matrices.map(\.accuracy) }

  private var summary: SplitAccuracies { SplitAccuracies(matrices) }

  /// The mean accuracy of the splits, each counting the same.
  public var meanAccuracy: Double { summary.mean }

  /// The standard error of ``meanAccuracy``: the sample standard deviation over the root of the number of splits.
  ///
  /// Nil with one split, which has none.
  public var accuracyError: Double? { summary.standardError }
}
