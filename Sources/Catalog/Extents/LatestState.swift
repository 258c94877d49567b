// LatestState.swift -- the latest commit of a store, and where the examples lie as of it.

package import Base
package import TrajectoryModel

/// The latest commit of a store, and where the examples lie as of it.
package struct LatestState: Sendable {
  /// Its entry of the commit log.
  package let commit: Commit
  /// The extents that hold its examples, ascending.
  package let extents: [Extent]
  /// The examples that are hidden at it or were removed.
  package let absentExamples: ExampleSet
}

extension CatalogReader {
  /// The latest commit and where its examples lie, or nil in a store that was just made.
  ///
  /// - Throws: As ``extents(asOf:)`` and ``absentExamples(asOf:)``.
  /// - Complexity: O(1) where the connection has read it before, else O(extents).
  package func latestState() throws(EngramError) -> LatestState? {
    let kept = try keptReads()
    if let latest = kept.latest { return latest }
    guard let commit = try latestCommit() else { return nil }
    let latest = LatestState(
      commit: commit, extents: try extents(asOf: commit.id), absentExamples: try absentExamples(asOf: commit.id))
    kept.latest = latest
    return latest
  }
}
