// Statistic.swift -- one of the 45 published observable statistics, as a value.

/// A published observable statistic: what is measured, the function of each number, and how the numbers become one.
///
/// Its text form is the published name. A store holds statistics by name, for a user may record others as well; those
/// are no `Statistic`, and nothing is concluded from how their names look.
///
/// ```swift
/// Statistic.weight(.magnitude, .median).name  // "weightabs_median"
/// Statistic(name: "gradavgsq_id")             // .activityChange(.square)
/// Statistic(name: "weight_of_mine")           // nil
/// ```
public enum Statistic: Sendable, Hashable {
  /// Of a layer's weights.
  case weight(Function, Summary)
  /// Of a layer's activations.
  case activation(Function, Summary)
  /// Of the activity change, which is one number for each stimulus and so needs no summary.
  case activityChange(Function)

  /// What is done to each number; the raw value stands in the name.
  public enum Function: String, Sendable, Hashable, CaseIterable {
    /// |x|.
    case magnitude = "abs"
    /// x.
    case raw
    /// x * x.
    case square = "sq"
  }

  /// How the numbers become one; the raw value stands in the name.
  public enum Summary: String, Sendable, Hashable, CaseIterable {
    /// The fourth central moment over the squared variance; 3 for a normal distribution.
    case kurtosis
    /// The arithmetic mean.
    case mean
    /// The middle one.
    case median
    /// The Euclidean norm.
    case norm
    /// Pearson's second coefficient: three times mean less median, over the standard deviation.
    case skewness = "skew"
    /// The one that a quarter of the numbers exceed.
    case thirdQuartile = "thirdquartile"
    /// The variance, of the population.
    case variance = "var"
  }

  /// All 45 in the order of the published `obs_keys`: weight, then act, each abs, raw, sq; then gradavg.
  public static let published: [Statistic] =
    Function.allCases.flatMap { function in Summary.allCases.map { .weight(function, $0) } }
    + Function.allCases.flatMap { function in Summary.allCases.map { .activation(function, $0) } }
    + Function.allCases.map { .activityChange($0) }

  /// The names of all 45, in that order.
  public static let publishedNames: [String] = published.map(\.name)

  private static let byName: [String: Statistic] = Dictionary(
    uniqueKeysWithValues: zip(publishedNames, published))

  /// The statistic of a published name, or nil for any other text.
  public init?(name: String) {
    guard let statistic = Self.byName[name] else { return nil }
    self = statistic
  }

  /// The published name, such as `weightabs_median`.
  public var name: String {
    // The name of an activity change says `id`, for identity, where others name their summary.
    "\(family.publishedPrefix)\(function.rawValue)_\(summary?.rawValue ?? "id")"
  }

  /// What it is measured on.
  public var family: StatisticFamily {
    switch self {
    case .weight: .weight
    case .activation: .activation
    case .activityChange: .layerwise
    }
  }

  /// What is done to each number.
  public var function: Function {
    switch self {
    case .weight(let function, _), .activation(let function, _), .activityChange(let function): function
    }
  }

  /// How the numbers become one; nil for an activity change, which is one number.
  public var summary: Summary? {
    switch self {
    case .weight(_, let summary), .activation(_, let summary): summary
    case .activityChange: nil
    }
  }
}
