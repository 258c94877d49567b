// StatisticShare.swift -- what one statistic adds to the probability of a class.

/// What one statistic adds to the probability of a class.
public struct StatisticShare: Sendable, Hashable {
  /// The statistic, or `layer position`.
  public let statistic: String
  /// What it adds, negative where it speaks against the class.
  public let share: Double
}
