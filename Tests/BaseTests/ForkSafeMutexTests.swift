// ForkSafeMutexTests.swift -- a value behind a lock that forks find open.

import Base
import Testing

struct ForkSafeMutexTests {
  /// What the threads share.
  private final class Shared: Sendable {
    let numbers = ForkSafeMutex<[Int]>([])
  }

  @Test func `eight threads that add to one value lose nothing`() throws {
    let shared = Shared()
    try parallelFor(count: 8, work: WorkContext(threads: 8)) { (index, _) throws(EngramError) in
      for step in 0..<2_000 { shared.numbers.withLock { $0.append(index * 2_000 + step) } }
    }
    #expect(shared.numbers.withLock { $0.sorted() } == Array(0..<16_000))
  }

  @Test func `who is inside the gate may enter again, and comes back inside after being outside`() {
    let shared = Shared()
    ForkGate.inside {
      ForkGate.inside { shared.numbers.withLock { $0.append(1) } }
      ForkGate.outside {
        ForkGate.inside { shared.numbers.withLock { $0.append(2) } }
      }
      shared.numbers.withLock { $0.append(3) }
    }
    #expect(shared.numbers.withLock { $0 } == [1, 2, 3])
  }
}
