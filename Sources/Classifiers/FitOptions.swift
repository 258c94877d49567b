// FitOptions.swift -- how learning is done, apart from what is learned.

public import Base

/// How learning is done: the seed, which decides the model, and what does not change it.
public struct FitOptions: Sendable {
  /// Decides every random choice.
  public var seed: UInt64
  /// How many threads to use; the model is the same for any number.
  public var threads: Int
  /// Told the share done, 0 to 1, now and then and from any thread.
  public var progress: @Sendable (Double) -> Void
  /// Asked now and then, from any thread; true stops with code `cancelled`.
  public var isCancelled: @Sendable () -> Bool

  /// Makes options; by default seed 0 and one thread for each core.
  public init(
    seed: UInt64 = 0, threads: Int = Threads.available, progress: @escaping @Sendable (Double) -> Void = { _ in },
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) {
    self.seed = seed
    self.threads = threads
    self.progress = progress
    self.isCancelled = isCancelled
  }

  /// Stops when the caller asked to.
  ///
  /// - Throws: ``EngramError`` with code `cancelled`.
  package func checkCancelled() throws(EngramError) {
    if isCancelled() { throw EngramError(.cancelled, "training was stopped") }
  }
}
