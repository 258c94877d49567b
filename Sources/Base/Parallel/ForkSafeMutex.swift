// ForkSafeMutex.swift -- a value behind a lock that a child of fork finds open.

import CForkGate
import Synchronization

/// A value behind a lock that a child of `fork` finds open.
///
/// For what outlives a call, such as a store; a lock that lives as long as a loop may be a plain `Mutex`.
package struct ForkSafeMutex<Value: ~Copyable>: ~Copyable, Sendable {
  private let mutex: Mutex<Value>
  // Where a thread has to wait, the kernel hands the lock over, which the thread sanitizer does not see; it sees this.
  private let turn = Atomic<Bool>(false)

  /// Makes one with its first value.
  package init(_ value: consuming sending Value) { mutex = Mutex(value) }

  /// Runs a body that has the value to itself; it must not wait for another thread.
  package borrowing func withLock<Result: ~Copyable, Failure: Error>(
    _ body: (inout sending Value) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    engram_fork_gate_enter()
    defer { engram_fork_gate_leave() }
    return try mutex.withLock { (value: inout sending Value) throws(Failure) -> sending Result in
      _ = turn.load(ordering: .acquiring)
      defer { turn.store(true, ordering: .releasing) }
      return try body(&value)
    }
  }
}
