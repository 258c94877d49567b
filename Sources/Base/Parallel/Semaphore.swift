// Semaphore.swift -- what a thread waits for until another calls it.

import CSimd
import Glibc

/// What a thread waits for until another calls it; as many waits end as there are calls.
@safe final class Semaphore: @unchecked Sendable {
  // SAFETY of @unchecked: POSIX semaphores are made for several threads.
  private let semaphore: UnsafeMutablePointer<sem_t>

  /// Looks before a thread goes to sleep, which take about as long as waking it would.
  private static let looks = 1_000

  /// Makes one that nobody has called.
  init() {
    unsafe semaphore = .allocate(capacity: 1)
    // SAFETY: the memory was allocated; a semaphore of this process that starts at 0 cannot fail.
    unsafe sem_init(semaphore, 0, 0)
  }

  deinit {
    // SAFETY: nobody waits for it any more, or it would be referred to.
    unsafe sem_destroy(semaphore)
    unsafe semaphore.deallocate()
  }

  /// Lets one wait end.
  func call() {
    // SAFETY: it was made, and so on below.
    unsafe sem_post(semaphore)
  }

  /// Waits for a call.
  func wait() {
    if hasCall() { return }
    while unsafe sem_wait(semaphore) != 0 {}
  }

  /// Waits for a call, but not longer than some milliseconds; says whether it came.
  func wait(milliseconds: Int) -> Bool {
    if hasCall() { return true }
    var end = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &end)
    end.tv_nsec += milliseconds * 1_000_000
    end.tv_sec += end.tv_nsec / 1_000_000_000
    end.tv_nsec %= 1_000_000_000
    while unsafe sem_timedwait(semaphore, &end) != 0 {
      if errno != EINTR { return false }
    }
    return true
  }

  /// Whether a call comes within a moment.
  private func hasCall() -> Bool {
    for _ in 0..<Self.looks {
      if unsafe sem_trywait(semaphore) == 0 { return true }
      engram_spin()
    }
    return false
  }
}
