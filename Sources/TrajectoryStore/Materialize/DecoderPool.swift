// DecoderPool.swift -- decoders that keep their memory from one read of a store to the next.

import Base
import SegmentFile

/// Decoders that keep their memory from one read of a store to the next.
///
/// Fresh memory comes page by page, which costs a short read as much as decoding does. About a megabyte for each
/// thread is kept as long as the store is open.
final class DecoderPool: Sendable {
  /// Decoders that one loop has to itself, one for each thread.
  struct Loan: @unchecked Sendable {
    // SAFETY of @unchecked: a loop never gives one worker number to two calls that run at the same time.
    fileprivate let decoders: [RowGroupDecoder]

    /// The decoder of a thread.
    subscript(worker: Int) -> RowGroupDecoder { decoders[worker] }
  }

  private let free = ForkSafeMutex(Loan(decoders: []))

  /// Lends decoders for the time of a body, and keeps those of one read at a time.
  func lend<R, Failure: Error>(_ count: Int, _ body: (Loan) throws(Failure) -> R) throws(Failure) -> R {
    let loan = ForkGate.inside {
      let kept = free.withLock { free in
        defer { free = Loan(decoders: []) }
        return free
      }
      let missing = max(0, max(1, count) - kept.decoders.count)
      return Loan(decoders: kept.decoders + (0..<missing).map { _ in RowGroupDecoder() })
    }
    defer {
      free.withLock { free in
        if free.decoders.count < loan.decoders.count { free = loan }
      }
    }
    return try body(loan)
  }
}
