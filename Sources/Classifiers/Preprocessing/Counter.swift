// Counter.swift -- counts what several threads have done.

import Synchronization

/// A number that threads count up.
final class Counter: Sendable {
  private let count = Atomic<Int>(0)

  /// Counts one more and says how many that makes.
  func next() -> Int { count.add(1, ordering: .relaxed).newValue }
}
