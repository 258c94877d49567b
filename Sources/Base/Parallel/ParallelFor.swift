// ParallelFor.swift -- runs the iterations of a loop on several threads.

import CSimd
import Synchronization

/// Runs `body(index, worker)` once for every index below `count`, on several threads.
///
/// Indices are handed out in ascending order. The calling thread is worker 0 and works too; with one thread, or
/// one index, nothing is started. `worker` is below `work.threads` and two calls that run at the same time never have the
/// same one, so it picks the scratch memory of a thread. After an error, or when the work is cancelled, no further index
/// is handed out. Arithmetic is that of IEEE 754 also where the caller's thread takes small numbers for zero.
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
/// - Complexity: A call for each extra thread, which takes a microsecond where the last loop has just ended, and up to 50
///   where the thread has to be woken or started.
package func parallelFor(
  count: Int, work: WorkContext, body: @Sendable (_ index: Int, _ worker: Int) throws(EngramError) -> Void
) throws(EngramError) {
  let arithmetic = engram_plain_arithmetic()
  defer { engram_restore_arithmetic(arithmetic) }
  let workerCount = max(1, min(work.threads, count))
  if workerCount == 1 {
    for index in 0..<max(0, count) {
      try work.checkCancelled()
      try body(index, 0)
    }
    return
  }
  let outcome = withoutActuallyEscaping(body) { body in
    let (loop, parts) = ForkGate.inside {
      let loop = ParallelLoop(count: count, work: work, body: body)
      let parts = (1..<workerCount).map { LoopPart(loop, worker: $0) }
      return (loop, parts.filter(WorkerThread.start))
    }
    // A fork waits for a thread that is inside the gate, and that would wait here for threads that wait for the fork.
    ForkGate.outside {
      loop.run(worker: 0)
      // Every thread has let go of the closure before that goes out of scope.
      for part in parts { part.end() }
    }
    return loop.firstFailure
  }
  if let outcome { throw outcome }
}

/// The state that the threads of one loop share.
final class ParallelLoop: Sendable {
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
