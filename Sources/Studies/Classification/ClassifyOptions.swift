// ClassifyOptions.swift -- how classification is done, apart from what determines its results.

public import Base
public import TrajectoryStore

/// How classification is done, apart from what determines its results.
public struct ClassifyOptions: Sendable {
  /// Only this split, by its number from 0; nil for all.
  public var split: Int?
  /// How many threads to use; results are the same for any number.
  public var threads: Int
  /// How long to wait for another writer, in seconds.
  public var waitSeconds: Double
  /// Asked now and then, from any thread; true stops with code `cancelled`, and what is done is kept.
  public var isCancelled: @Sendable () -> Bool
  /// Told now and then what is being done and the share of everything that is done, 0 to 1.
  public var progress: @Sendable (_ stage: String, _ share: Double) -> Void
  /// A search that takes longer keeps what it knows this often, in seconds.
  package var checkpointSeconds = 15.0

  /// Makes options; by default every split, one thread for each core.
  public init(
    split: Int? = nil, threads: Int = Threads.available, waitSeconds: Double = WriteOptions().waitSeconds,
    isCancelled: @escaping @Sendable () -> Bool = { false },
    progress: @escaping @Sendable (_ stage: String, _ share: Double) -> Void = { _, _ in }
  ) {
    self.split = split
    self.threads = threads
    self.waitSeconds = waitSeconds
    self.isCancelled = isCancelled
    self.progress = progress
  }

  /// How the store is written.
  var write: WriteOptions { WriteOptions(waitSeconds: waitSeconds, isCancelled: isCancelled) }
}
