// ParallelMemory.swift -- memory that the iterations of a parallel loop share out.

/// Memory of which each iteration of a parallel loop uses its own part.
struct ParallelMemory<Value>: @unchecked Sendable {
  /// The memory; whoever uses it says why no two threads touch the same part.
  let value: Value

  init(_ value: Value) { self.value = value }
}
