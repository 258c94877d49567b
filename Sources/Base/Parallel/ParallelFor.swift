// ParallelFor.swift -- runs the iterations of a loop on several threads.

import Glibc
import Synchronization

/// Runs `body(index, worker)` once for every index below `count`, on several threads.
///
/// Indices are handed out in ascending order. The calling thread is worker 0 and works too; with one thread, or
/// one index, nothing is started. `worker` is below `work.threads` and two calls that run at the same time never have the
/// same one, so it picks the scratch memory of a thread. After an error, or when the work is cancelled, no further index
/// is handed out.
///
/// ```swift
/// try parallelFor(count: chunks.count, work: work) { (index, worker) throws(EngramError) in
///   try decoders[worker].decode(chunks[index])
/// }
/// ```
///
/// - Parameters:
///   - count: The number of iterations.
///   - work: The most threads to use, and whether to stop; asked before each iteration.
///   - body: The iteration; iterations must not write what another reads.
/// - Throws: The error of the lowest index that threw one, which is the same whatever the number of threads; `cancelled`.
/// - Complexity: One thread start and join per extra thread, about 50 microseconds each.
package func parallelFor(
  count: Int, work: WorkContext, body: @Sendable (_ index: Int, _ worker: Int) throws(EngramError) -> Void
) throws(EngramError) {
  let workerCount = max(1, min(work.threads, count))
  if workerCount == 1 {
    for index in 0..<max(0, count) {
      try work.checkCancelled()
      try body(index, 0)
    }
    return
  }
  let outcome = withoutActuallyEscaping(body) { body in
    let (loop, started) = ForkGate.inside {
      let loop = ParallelLoop(count: count, work: work, body: body)
      return (loop, (1..<workerCount).compactMap { ParallelWorker(loop: loop, number: $0).start() })
    }
    // A fork waits for a thread that is inside the gate, and that would wait here for threads that wait for the fork.
    ForkGate.outside {
      loop.run(worker: 0)
      // Every thread ends before the closure goes out of scope.
      for thread in started { pthread_join(thread, nil) }
    }
    return loop.firstFailure
  }
  if let outcome { throw outcome }
}

/// The state that the threads of one loop share.
private final class ParallelLoop: Sendable {
  typealias Body = @Sendable (_ index: Int, _ worker: Int) throws(EngramError) -> Void

  private let count: Int
  private let work: WorkContext
  private let body: Body
  private let next = Atomic<Int>(0)
  private let failure = ForkSafeMutex<(index: Int, error: EngramError)?>(nil)

  init(count: Int, work: WorkContext, body: @escaping Body) {
    self.count = count
    self.work = work
    self.body = body
  }

  var firstFailure: EngramError? { failure.withLock { $0?.error } }

  func run(worker: Int) {
    while true {
      let index = next.add(1, ordering: .relaxed).oldValue
      guard index < count else { return }
      do throws(EngramError) {
        try work.checkCancelled()
        try body(index, worker)
      } catch {
        // Every lower index was handed out before, so the lowest failure is found.
        next.store(count, ordering: .relaxed)
        failure.withLock { first in
          if let known = first, known.index < index { return }
          first = (index, error)
        }
      }
    }
  }
}

/// What one thread needs to know.
private final class ParallelWorker: Sendable {
  let loop: ParallelLoop
  let number: Int

  init(loop: ParallelLoop, number: Int) {
    self.loop = loop
    self.number = number
  }

  /// Starts the thread; returns nothing when there can be no more threads.
  func start() -> pthread_t? {
    var thread = pthread_t()
    let start = unsafe Unmanaged.passRetained(self)
    // SAFETY: the new thread takes over the reference that was retained for it, or it is released here.
    let status = unsafe pthread_create(
      &thread, nil,
      { argument in
        guard let argument = unsafe argument else { return nil }
        let worker = unsafe Unmanaged<ParallelWorker>.fromOpaque(argument).takeRetainedValue()
        worker.loop.run(worker: worker.number)
        return nil
      }, start.toOpaque())
    guard status == 0 else {
      unsafe start.release()
      return nil
    }
    return thread
  }
}
