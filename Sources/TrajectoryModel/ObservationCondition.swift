// ObservationCondition.swift -- how a run was measured: on how many units, with how much noise.

/// The condition under which a run was measured (paper Appendix B.4); perfect unless said otherwise.
public struct ObservationCondition: Sendable, Hashable {
  /// The fraction of units measured, above 0 and at most 1.
  public var unitFraction: Double
  /// The standard deviation of the Gaussian noise added before the statistics, at least 0.
  public var noiseSD: Double
  /// The seed that chose units and noise, or nil where there was nothing to choose.
  public var seed: Int64?

  /// All units, no noise.
  public static let perfect = ObservationCondition()

  /// Makes a condition.
  public init(unitFraction: Double = 1, noiseSD: Double = 0, seed: Int64? = nil) {
    self.unitFraction = unitFraction
    self.noiseSD = noiseSD
    self.seed = seed
  }
}
