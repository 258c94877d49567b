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
}
