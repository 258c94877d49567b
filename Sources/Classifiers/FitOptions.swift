// FitOptions.swift -- how learning is done, apart from what is learned.

public import Base

/// How learning is done: the seed, which decides the model, and the work, which does not change it.
public struct FitOptions: Sendable {
  /// Decides every random choice.
  public var seed: UInt64
  /// How the work is done.
  public var work: WorkContext

  /// Makes options; by default seed 0 and one thread for each core.
  public init(seed: UInt64 = 0, work: WorkContext = WorkContext()) {
    self.seed = seed
    self.work = work
  }
}
