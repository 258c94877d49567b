// LayerObservables.swift -- the statistics of one layer at one moment, as they were measured.

public import TrajectoryModel

/// The statistics of one layer at one checkpoint.
///
/// What was not measured is absent; NaN is a value, such as the skewness of numbers that are all equal.
public struct LayerObservables: Sendable, Hashable {
  /// The statistics that were measured, in published order.
  public let statistics: [Statistic]
  /// Their values.
  public let values: [Double]

  init(_ measured: [(statistics: [Statistic], values: [Double])]) {
    statistics = measured.flatMap(\.statistics)
    values = measured.flatMap(\.values)
  }

  /// The value of a statistic, or nil where it was not measured.
  public subscript(statistic: Statistic) -> Double? {
    statistics.firstIndex(of: statistic).map { values[$0] }
  }

  /// The statistics of weights, of activations and of activity changes, each in published order.
  static let ofWeights = Statistic.published.filter { $0.family == .weight }
  static let ofActivations = Statistic.published.filter { $0.family == .activation }
  static let ofActivityChange = Statistic.published.filter { $0.family == .layerwise }
}
