// FeatureLayout.swift -- what the columns of a feature matrix are.

/// What the columns of a feature matrix are: position columns first, then each statistic's samples.
///
/// Columns are statistic-major, as published: all samples of the first statistic, then of the second, and so on.
public struct FeatureLayout: Sendable, Hashable {
  /// One-hot columns that stand before the statistics: 3 with layer positions, else 0.
  public var positionCount: Int
  /// The number of statistics.
  public var statisticCount: Int
  /// Columns of each statistic: the number of epochs, or 1 for means.
  public var sampleCount: Int

  /// Makes a layout.
  public init(positionCount: Int = 0, statisticCount: Int, sampleCount: Int) {
    self.positionCount = positionCount
    self.statisticCount = statisticCount
    self.sampleCount = sampleCount
  }

  /// The number of columns.
  public var columnCount: Int { positionCount + statisticCount * sampleCount }
}
