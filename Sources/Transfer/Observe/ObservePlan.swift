// ObservePlan.swift -- what is measured of raw recordings, and what came of it.

public import Base
public import Observables
public import TrajectoryModel

/// What is measured of raw recordings.
public struct ObservePlan: Sendable, Hashable {
  /// One layer.
  public struct Layer: Sendable, Hashable {
    /// Its name.
    public let name: String
    /// Its position, or nil where nobody said.
    public let position: LayerPosition?
    /// Stimuli and units of its activations, the most that an epoch has, or nil without activations.
    public let stimuli, units: Int?
    /// The number of its weights, or nil.
    public let weights: Int?
    /// The stimuli of its activity changes, or nil.
    public let changes: Int?
  }

  /// The layers.
  public let layers: [Layer]
  /// The number of runs.
  public let runs: Int
  /// The epochs.
  public let epochs: [Double]
  /// The conditions of measurement.
  public let conditions: [MeasurementCondition]
  /// Bytes of the arrays.
  public let byteCount: Int
  /// What a user should know about how the arrays were understood.
  public internal(set) var notes: [String]
  /// What of the metadata is likely a mistake, and how it is mended.
  public internal(set) var warnings: [Mend] = []
}

/// What was measured and added to a store.
public struct ObserveReport: Sendable, Equatable {
  /// What was measured.
  public let plan: ObservePlan
  /// What was added; layers with other statistics are other parts of it.
  public let ingest: IngestReport
  /// What a user should know, also of NaN and of what was left out.
  public let notes: [String]
}
