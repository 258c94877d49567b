// QueryLimits.swift -- how long a user's SQL may run, and who may stop it.

/// How long a user's SQL may run, and who may stop it.
public struct QueryLimits {
  /// Seconds of running time, after which the query stops with code `limit`.
  public var seconds: Double
  /// Asked every few thousand steps of the query; true stops it with code `cancelled`.
  public var isCancelled: () -> Bool

  /// Makes limits; a minute is long for any filter over a million runs.
  public init(seconds: Double = 60, isCancelled: @escaping () -> Bool = { false }) {
    self.seconds = seconds
    self.isCancelled = isCancelled
  }
}
