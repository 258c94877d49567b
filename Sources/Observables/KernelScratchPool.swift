// KernelScratchPool.swift -- scratch memory that is used again by whichever thread comes next.

import Synchronization

/// Scratch memory that is used again by whichever thread comes next.
final class KernelScratchPool: Sendable {
  private let free = Mutex<[KernelScratch]>([])

  /// Lends scratch memory to one thread for the time of a call.
  func lend<Result>(_ body: (KernelScratch) -> Result) -> Result {
    let scratch = free.withLock { $0.popLast() } ?? KernelScratch()
    defer { free.withLock { $0.append(scratch) } }
    return body(scratch)
  }
}
