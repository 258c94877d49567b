// Counter.swift -- counts what several threads have done.

import Synchronization

/// A number that threads count up.
package final class Counter: Sendable {
  private let count = Atomic<Int>(0)

  /// Starts at zero.
  package init() {}

  /// Counts one more and says how many that makes.
  package func next() -> Int { count.add(1, ordering: .relaxed).newValue }
}
