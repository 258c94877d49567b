// SplitAccuracies.swift -- the accuracies of several splits, their mean and its standard error.

/// The accuracies of several splits, whose classes may differ from one to the next.
package struct SplitAccuracies: Sendable, Hashable {
  /// The accuracy of each split.
  package let values: [Double]

  /// Takes the accuracy of each of some matrices.
  ///
  /// - Precondition: There is at least one.
  package init(_ matrices: [ConfusionMatrix]) {
    precondition(!matrices.isEmpty, "there is at least one split")
    values = matrices.map(\.accuracy)
  }

  /// Their mean, each split counting the same.
  package var mean: Double { values.reduce(0, +) / Double(values.count) }

  /// The standard error of ``mean``: the sample standard deviation over the root of the number of splits.
  ///
  /// Nil with one split, which has none.
  package var standardError: Double? {
    let count = Double(values.count)
    if values.count < 2 { return nil }
    let mean = mean
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / (count - 1) / count).squareRoot()
  }
}
