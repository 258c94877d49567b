// WeightNorm.swift -- how the norm of a kernel becomes one number.

/// How the norm of a layer's weights becomes one number.
///
/// The public code takes the norm of each slice along the first axis of a kernel; how the slices became one number is not
/// public. ``rows`` is what its other measures suggest.
public enum WeightNorm: String, Sendable, Hashable, CaseIterable {
  /// The mean of the norms of the slices along the first axis.
  case rows
  /// The norm of all weights together.
  case frobenius

  /// What a user who asked for ``rows`` should know where some conditions are not perfect.
  package static let ofAllUnderConditions =
    "under noise and with fewer units the norm of weights is that of all weights that are measured, not the mean over rows"
}
