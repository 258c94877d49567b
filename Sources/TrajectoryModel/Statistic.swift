// Statistic.swift -- the 45 published observable statistics and their families.

/// What a statistic is measured on (paper Section 3.2).
public enum StatisticFamily: String, Sendable, Hashable, CaseIterable {
  /// Statistics of a layer's weights, `weight…`.
  case weight
  /// Statistics of a layer's activations, `act…`.
  case activation
  /// Layer-wise activity change, `gradavg…`.
  case layerwise

  /// The prefix of the published names of this family.
  public var publishedPrefix: String {
    switch self {
    case .weight: "weight"
    case .activation: "act"
    case .layerwise: "gradavg"
    }
  }

  /// The family of a statistic by the prefix of its name, or nil for a name of the user's own.
  public init?(ofStatistic name: String) {
    guard let family = Self.allCases.first(where: { name.hasPrefix($0.publishedPrefix) }) else { return nil }
    self = family
  }
}

/// The names of the published statistics.
public enum PublishedStatistics {
  /// All 45 in the order of the published `obs_keys`: weight, then act, each abs, raw, sq; then gradavg.
  public static let all: [String] =
    ["weight", "act"].flatMap { measure in
      ["abs", "raw", "sq"].flatMap { function in
        ["kurtosis", "mean", "median", "norm", "skew", "thirdquartile", "var"].map { summary in
          "\(measure)\(function)_\(summary)"
        }
      }
    } + ["gradavgabs_id", "gradavgraw_id", "gradavgsq_id"]
}
