// TrajectoryColumns.swift -- the features of a matrix: statistics times epochs.

/// The features of a matrix: some statistics, each at some epochs.
///
/// Columns are ordered by statistic first, as the published 2-D features are: the epochs of the first statistic, then
/// those of the second.
public struct TrajectoryColumns: Sendable, Hashable {
  /// The statistics, in the order of the columns.
  public let statistics: [String]
  /// The epochs, ascending.
  public let epochs: [Double]

  /// Columns of every one of `statistics` at every one of `epochs`.
  public init(statistics: [String], epochs: [Double]) {
    self.statistics = statistics
    self.epochs = epochs
  }

  /// The number of columns.
  public var count: Int { statistics.count * epochs.count }

  /// The name of each column, such as `weightabs_mean@5`.
  public var names: [String] {
    statistics.flatMap { statistic in epochs.map { "\(statistic)@\(EpochSelection.text($0))" } }
  }
}

/// What to do with selected examples that were recorded without some statistic or epoch that is asked for.
public enum MissingPolicy: String, Sendable, Hashable, CaseIterable {
  /// Refuse, and say which runs lack what.
  case refuse
  /// Leave those examples out.
  case drop
  /// Put NaN where nothing was recorded.
  case fill
}
