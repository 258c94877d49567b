// QueryLimits.swift -- how long a user's SQL may run, and who may stop it.

public import Base

/// How long a user's SQL may run, and who may stop it.
public struct QueryLimits: Sendable {
  /// Seconds of running time, after which the query stops with code `limit`.
  public var seconds: Double
  /// Who may stop it; asked every few thousand steps of the query.
  public var work: WorkContext

  /// Makes limits; a minute is long for any filter over a million runs.
  public init(seconds: Double = 60, work: WorkContext = WorkContext()) {
    self.seconds = seconds
    self.work = work
  }
}
