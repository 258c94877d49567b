// ClassifyOptions.swift -- how classification is done, apart from what determines its results.

public import Base
public import TrajectoryStore

/// How classification is done, apart from what determines its results.
public struct ClassifyOptions: Sendable {
  /// Only this split, by its number from 0; nil for all.
  public var split: Int?
  /// How long to wait for another writer, in seconds.
  public var waitSeconds: Double
  /// How the work is done; of work that is stopped, what is done is kept.
  public var work: WorkContext
  /// A search that takes longer keeps what it knows this often, in seconds.
  package var checkpointSeconds = 15.0
  /// Whether the predicted class of each test example is kept beside the counts.
  package var keepsPredictions = true

  /// The store that keeps the results; nil for the one that is classified.
  ///
  /// One of ``TrajectoryStore/resultStore(at:)`` lets a store that is only read be classified.
  package var resultStore: TrajectoryStore?

  /// Makes options; by default every split, one thread for each core.
  public init(
    split: Int? = nil, waitSeconds: Double = WriteOptions().waitSeconds, work: WorkContext = WorkContext()
  ) {
    self.split = split
    self.waitSeconds = waitSeconds
    self.work = work
  }

  /// How the store is written.
  var write: WriteOptions { WriteOptions(waitSeconds: waitSeconds, work: work) }
}
