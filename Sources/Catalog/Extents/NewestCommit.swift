// NewestCommit.swift -- the newest commit of a store, and where the examples lie as of it.

package import Base
package import TrajectoryModel

/// The newest commit of a store, and where the examples lie as of it.
package struct NewestCommit: Sendable {
  /// Its entry of the commit log.
  package let commit: Commit
  /// The extents that hold its examples, ascending.
  package let extents: [Extent]
  /// The examples that are hidden at it or were removed.
  package let absentExamples: ExampleSet
}

extension CatalogReader {
  /// The newest commit, or nil in a store that was just made.
  ///
  /// - Throws: As ``extents(asOf:)`` and ``absentExamples(asOf:)``.
  /// - Complexity: O(1) where the connection has read it before, else O(extents).
  package func newestCommit() throws(EngramError) -> NewestCommit? {
    let kept = try keptReads()
    if let newest = kept.newest { return newest }
    guard let commit = try latestCommit() else { return nil }
    let newest = NewestCommit(
      commit: commit, extents: try extents(asOf: commit.id), absentExamples: try absentExamples(asOf: commit.id))
    kept.newest = newest
    return newest
  }
}
