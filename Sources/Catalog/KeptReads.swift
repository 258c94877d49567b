// KeptReads.swift -- what a connection keeps of what it has read, as long as what it reads is the same.

import Base
import SQLite

/// What a connection keeps of what it has read, for the next time.
final class KeptReads {
  /// What was read: a change of the catalog, or another commit that is looked at, makes it another.
  struct State: Equatable {
    /// Another one after each commit of anybody else; the connection that reads makes none.
    let version: Int64
    /// What temporary views show; nil where there are none.
    let views: String?
  }

  let state: State
  /// Columns of runs and measurements.
  let columns = KeptColumns()
  /// The latest commit with where its examples lie, once it was read.
  var latest: LatestState?

  init(of state: State) { self.state = state }
}

extension CatalogReader {
  /// What the connection keeps of what this reader shows.
  func keptReads() throws(EngramError) -> KeptReads {
    let state = KeptReads.State(
      version: try connection.integer("PRAGMA data_version") ?? 0,
      views: connection.hasTemporaryViews ? connection.temporaryState ?? "" : nil)
    if let kept = connection.kept as? KeptReads, kept.state == state { return kept }
    let kept = KeptReads(of: state)
    connection.kept = kept
    return kept
  }
}
