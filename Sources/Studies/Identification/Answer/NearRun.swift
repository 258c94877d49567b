// NearRun.swift -- a training run near to examples.

public import TrajectoryModel

/// A training run near to examples.
public struct NearRun: Sendable, Hashable {
  /// Its `run_id`.
  public let run: MetadataValue
  /// Its class.
  public let label: MetadataValue
  /// Its fields.
  public let fields: RunFields
  /// The mean over the examples of the distance to its nearest layer, on the robust scale.
  public let distance: Double
}
