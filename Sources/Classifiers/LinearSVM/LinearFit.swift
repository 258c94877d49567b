// LinearFit.swift -- what a solver found for one class against the rest.

/// The weights that a solver found, and how near they are to the best.
struct LinearFit: Sendable {
  /// The weight of each column of the design, the intercept first.
  var weights: [Double]
  /// How the solver fared.
  var convergence: LinearSVMConvergence
}

/// How a solver of a linear SVM fared on one class against the rest.
public struct LinearSVMConvergence: Sendable, Hashable {
  /// Newton steps, or passes over the rows.
  public var iterations: Int
  /// At the end, the range of the projected gradients of a pass (coordinate descent) or the gap as a share of the
  /// objective (Newton); nil for LIBLINEAR, which does not say.
  public var violation: Double?
  /// Whether the solver stopped by its rule rather than by the limit on iterations or for want of precision.
  public var isConverged: Bool
  /// The value of the function that is minimised.
  public var objective: Double
  /// At most this far above the minimum the objective is: the duality gap, by the best dual point that is known.
  public var gap: Double
}
