// SpinTeam.swift -- shares out jobs of microseconds among threads that are already running.

import CSimd
import Glibc
import Synchronization

/// Shares out short jobs among threads that run anyway and wait in a loop, not asleep.
///
/// A step of a small network takes a fraction of a millisecond, and starting or waking a thread for it would cost as
/// much as it saves. One thread leads and calls ``run(_:count:worker:)``; the others call ``help(worker:)`` and stay
/// there until ``end()``. Whoever is there takes the next part, so a helper that never came is not missed.
final class SpinTeam: Sendable {
  /// Does one part of a job; `worker` tells the threads apart.
  typealias Work = @Sendable (_ job: UInt8, _ part: Int, _ worker: Int) -> Void

  /// The most parts of a job.
  static let partLimit = 1 << 24

  private let work: Work
  /// The job, the number of its parts, and the next part, in one word so that they never disagree.
  private let ticket = Atomic<UInt64>(0)
  private let finished = Atomic<Int>(0)
  private let isOver = Atomic<Bool>(false)

  init(work: @escaping Work) { self.work = work }

  /// Does all parts of a job with whoever helps, and returns when the last is done.
  ///
  /// - Precondition: One thread leads; there are fewer than ``partLimit`` parts.
  func run(_ job: UInt8, count: Int, worker: Int) {
    precondition(count < Self.partLimit, "the parts of a job fit into a ticket")
    finished.store(0, ordering: .relaxed)
    ticket.store(UInt64(job) << 56 | UInt64(count) << 28, ordering: .releasing)
    while takePart(worker: worker) {}
    wait { finished.load(ordering: .acquiring) == count }
  }

  /// Takes parts of whatever the leader runs, until it ends.
  func help(worker: Int) {
    while !isOver.load(ordering: .acquiring) {
      wait { Self.hasPart(ticket.load(ordering: .relaxed)) || isOver.load(ordering: .relaxed) }
      while takePart(worker: worker) {}
    }
  }

  /// Sends the helpers home.
  func end() { isOver.store(true, ordering: .releasing) }

  private static let field: UInt64 = 1 << 28 - 1

  private static func hasPart(_ ticket: UInt64) -> Bool { ticket & field < ticket >> 28 & field }

  /// Does the next part, if there is one.
  ///
  /// Threads that come too late count the next part up past the last, each by one, which the field has room for.
  private func takePart(worker: Int) -> Bool {
    guard Self.hasPart(ticket.load(ordering: .relaxed)) else { return false }
    let taken = ticket.wrappingAdd(1, ordering: .acquiring).oldValue
    guard Self.hasPart(taken) else { return false }
    work(UInt8(taken >> 56), Int(taken & Self.field), worker)
    finished.wrappingAdd(1, ordering: .releasing)
    return true
  }

  /// Loops until something holds; after a while the processor is offered to others between two looks.
  private func wait(_ isDone: () -> Bool) {
    let patience = 2_000
    var looks = 0
    while !isDone() {
      looks += 1
      if looks < patience { engram_spin() } else { sched_yield() }
    }
  }
}
