// WorkerThread.swift -- a thread that does its part of a loop and waits a moment for the next.

import Glibc

/// A thread that does its part of a loop and waits a moment for the next.
///
/// Starting a thread takes tens of microseconds, and the kernel may leave it with the processor of the one that started it
/// until that has done the whole of a short loop. One that waits is where it last was. It waits for a second, so a process
/// that does nothing has no threads but its own.
final class WorkerThread: @unchecked Sendable {
  // SAFETY of @unchecked: whoever has taken a thread out of those that wait gives it a part before calling it, and the
  // thread takes that before it waits again.

  /// How many milliseconds a thread waits.
  private static let patience = 1_000

  /// The threads that wait.
  private static let waiting = ForkSafeMutex(Waiting())

  /// The threads that wait in one generation of the process: a child of a fork has none of its parent's.
  private struct Waiting {
    private var generation: UInt64 = 0
    private var threads: [WorkerThread] = []

    /// Those of this process; the last is the one that waits the shortest.
    mutating func withOwn<Result>(_ body: (inout [WorkerThread]) -> Result) -> Result {
      if generation != ForkGate.generation { (generation, threads) = (ForkGate.generation, []) }
      return body(&threads)
    }
  }

  private var part: LoopPart?
  private let call = Semaphore()

  private init(_ part: LoopPart) { self.part = part }

  /// Has a thread do a part, one that waits or a new one.
  ///
  /// - Returns: Whether there is such a thread; where there can be no more, there is not.
  static func start(_ part: LoopPart) -> Bool {
    let thread = waiting.withLock { $0.withOwn { $0.popLast() } }
    guard let thread else { return WorkerThread(part).begin() }
    thread.part = part
    thread.call.call()
    return true
  }

  private func begin() -> Bool {
    var attributes = pthread_attr_t()
    var thread = pthread_t()
    let own = unsafe Unmanaged.passRetained(self)
    // SAFETY: the new thread takes over the reference that was retained for it, or it is released here.
    unsafe pthread_attr_init(&attributes)
    unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    let status = unsafe pthread_create(
      &thread, &attributes,
      { argument in
        guard let argument = unsafe argument else { return nil }
        unsafe Unmanaged<WorkerThread>.fromOpaque(argument).takeRetainedValue().work()
        return nil
      }, own.toOpaque())
    unsafe pthread_attr_destroy(&attributes)
    if status != 0 { unsafe own.release() }
    return status == 0
  }

  private func work() {
    repeat {
      guard let part else { return }
      self.part = nil
      let isDone = part.perform()
      // First it waits, then the loop hears of it: the next one finds it.
      Self.waiting.withLock { $0.withOwn { $0.append(self) } }
      if isDone { part.tellDone() }
    } while isCalled()
  }

  /// Waits for the next part; if none comes, the thread is not among those that wait any more.
  private func isCalled() -> Bool {
    if call.wait(milliseconds: Self.patience) { return true }
    let isTaken = Self.waiting.withLock { waiting in
      waiting.withOwn { threads in
        guard let place = threads.firstIndex(where: { $0 === self }) else { return true }
        threads.remove(at: place)
        return false
      }
    }
    // Somebody has just taken it, and is about to call.
    if isTaken { call.wait() }
    return isTaken
  }
}
