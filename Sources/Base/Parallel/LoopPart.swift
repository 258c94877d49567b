// LoopPart.swift -- what a thread is asked to do of a loop.

import Synchronization

/// What a thread is asked to do of a loop: iterations for as long as there are any.
///
/// A thread may come too late for a short loop. Then the part is taken back, and nobody waits for it.
final class LoopPart: @unchecked Sendable {
  // SAFETY of @unchecked: of the thread that begins the part and the one that ends it, the one that takes it has the loop to itself.
  private let isTaken = Atomic<Bool>(false)
  private var loop: ParallelLoop?
  private let worker: Int
  private let isDone = Semaphore()

  /// Makes a part of a loop, for the worker of some number.
  init(_ loop: ParallelLoop, worker: Int) {
    self.loop = loop
    self.worker = worker
  }

  private func take() -> Bool { !isTaken.exchange(true, ordering: .acquiringAndReleasing) }

  /// Does the part, unless it was taken back, and has let go of the loop on return.
  ///
  /// - Returns: Whether it was done, and ``tellDone()`` is to be called.
  @inline(never) func perform() -> Bool {
    guard take(), let loop else { return false }
    self.loop = nil
    loop.run(worker: worker)
    return true
  }

  /// Lets ``end()`` return.
  func tellDone() { isDone.call() }

  /// Takes the part back where no thread has begun it, else waits until it is done; no thread refers to the loop any more.
  func end() {
    if take() { loop = nil } else { isDone.wait() }
  }
}
