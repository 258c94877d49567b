// ParallelMemory.swift -- memory that the iterations of a parallel loop share out.

import Base

/// Memory of which each iteration of a parallel loop uses its own part.
struct ParallelMemory<Value>: @unchecked Sendable {
  /// The memory; whoever uses it says why no two threads touch the same part.
  let value: Value

  init(_ value: Value) { self.value = value }
}

extension RawSpan {
  /// Hands out the address of the bytes to a parallel loop that reads them.
  func withBytes(
    _ body: (ParallelMemory<UnsafeRawPointer>) throws(EngramError) -> Void
  ) throws(EngramError) {
    let outcome = unsafe withUnsafeBytes { bytes -> EngramError? in
      guard let base = bytes.baseAddress else { return nil }
      do throws(EngramError) {
        // SAFETY: the body ends before the closure does.
        unsafe try body(ParallelMemory(base))
        return nil
      } catch {
        return error
      }
    }
    if let outcome { throw outcome }
  }
}
