// StatisticFamily.swift -- what a statistic is measured on.

/// What a statistic is measured on (paper Section 3.2).
public enum StatisticFamily: String, Sendable, Hashable, CaseIterable {
  /// The weights of a layer, biases left out.
  case weight
  /// The activations of a layer, for each stimulus.
  case activation
  /// The layer-wise activity change: how a layer's mean output changes with its input, for each stimulus.
  case layerwise

  /// How the published names of the family start.
  public var publishedPrefix: String {
    switch self {
    case .weight: "weight"
    case .activation: "act"
    case .layerwise: "gradavg"
    }
  }

  /// The family of a published statistic by its name, or nil for a name of the user's own.
  public init?(ofStatistic name: String) {
    guard let statistic = Statistic(name: name) else { return nil }
    self = statistic.family
  }
}
