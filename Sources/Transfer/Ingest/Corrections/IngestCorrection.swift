// IngestCorrection.swift -- what an input changed of what was stored, or would change.

public import TrajectoryModel
public import TrajectoryStore

/// What an input that is taken as a correction changed of what was stored, or would change.
public struct IngestCorrection: Sendable, Equatable {
  /// Rows whose trajectory is stored, bit for bit, and stays as it is.
  public let kept: Int
  /// Stored examples that others take the place of.
  ///
  /// With all of their measurements they are hidden; earlier commits show them.
  public let replaced: Int
  /// Other layers of the measurements that are hidden: they are stored once more, as they were.
  public let broughtAlong: Int
  /// Rows of which the store had nothing.
  public let added: Int
  /// Runs of the input that the store has, those of them that were told by their trajectories, and those that are new.
  public let knownRuns: Int, recognisedRuns: Int, newRuns: Int
  /// Cells without a value where the store has one, which stays.
  public let emptyCells: Int
  /// What changes of the metadata of runs.
  public let edit: EditReport
  /// The examples that are hidden.
  public let hidden: ExampleSet

  /// Whether nothing differs from what is stored.
  public var isEmpty: Bool { replaced == 0 && added == 0 && edit.runsChanged == 0 && edit.newFields.isEmpty }
}
