// PartResults.swift -- what the iterations of a parallel loop worked out, in their order.

/// A place for the result of each iteration of a parallel loop.
package final class PartResults<Result: Sendable>: Sendable {
  private let results: ForkSafeMutex<[Result?]>

  /// Room for a number of results.
  package init(count: Int) { results = ForkSafeMutex(Array(repeating: nil, count: count)) }

  /// Puts a result in its place.
  package func set(_ part: Int, _ result: Result) { results.withLock { $0[part] = result } }

  /// All results in order, after the loop.
  package var inOrder: [Result] { results.withLock { $0.compactMap { $0 } } }
}
