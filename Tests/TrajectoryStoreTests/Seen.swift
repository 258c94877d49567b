// Seen.swift -- what a progress closure was told.

import Synchronization

final class Seen: Sendable {
  private let calls = Mutex<[[Int]]>([])

  func add(_ numbers: Int...) { calls.withLock { $0.append(numbers) } }

  var all: [[Int]] { calls.withLock { $0 } }
}
