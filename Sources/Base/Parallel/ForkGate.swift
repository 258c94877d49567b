// ForkGate.swift -- what a fork waits for, and how its child is told from the parent.

import CForkGate

/// What a fork of this process waits for, and how its child is told from the parent.
///
/// A child of `fork` has one thread, and every lock as it was: one that another thread held stays shut for ever. So what
/// takes a lock that outlives a call is done ``inside(_:)`` the gate, and so is every call of SQLite. A fork closes the
/// gate, waits until nobody else is inside, and opens it again. Any number of threads are inside at a time, and a thread
/// may enter again. What waits for another thread, or calls code of the user's, belongs ``outside(_:)``.
package enum ForkGate {
  /// How often this process was forked off: 0 in the first one, one more in each child.
  ///
  /// What holds a lock, a connection or a temporary file remembers the generation it was made in, and leaves what is the
  /// parent's alone in another.
  package static var generation: UInt64 { engram_fork_generation() }

  /// Runs a body that a fork waits for.
  @inline(__always)
  package static func inside<Result: ~Copyable, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    engram_fork_gate_enter()
    defer { engram_fork_gate_leave() }
    return try body()
  }

  /// Runs a body that no fork waits for, also when this thread is inside.
  package static func outside<Result: ~Copyable, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let depth = engram_fork_gate_pause()
    defer { engram_fork_gate_resume(depth) }
    return try body()
  }

  /// Has every child of a fork close a descriptor, so that a lock on it ends with this process.
  package static func closeInChildren(_ descriptor: Int32) { _ = engram_fork_close_in_children(descriptor) }

  /// Takes that back, before the descriptor is closed here.
  package static func keepInChildren(_ descriptor: Int32) { engram_fork_keep_in_children(descriptor) }
}
