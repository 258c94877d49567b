// QueryLimits.swift -- how long a user's SQL may run, and who may stop it.

/// How long a user's SQL may run, and who may stop it.
package struct QueryLimits {
  /// Seconds of running time, after which the query stops with code `limit`.
  package var seconds: Double
  /// Asked every few thousand steps of the query; true stops it with code `cancelled`.
  package var isCancelled: () -> Bool

  /// Makes limits; a minute is long for any filter over a million runs.
  package init(seconds: Double = 60, isCancelled: @escaping () -> Bool = { false }) {
    self.seconds = seconds
    self.isCancelled = isCancelled
  }
}
