// Invocation+Details.swift -- what `--verbose` says: what was opened, found out and chosen.

import Base
import TrajectoryModel
import TrajectoryStore

extension Invocation {
  /// Whether the user asked for details.
  var isVerbose: Bool { values[CommonParameters.verbose] }

  /// Says which state of a store is read.
  func detailed(_ snapshot: Snapshot) throws(EngramError) -> Snapshot {
    if isVerbose {
      try detail(
        "opened \(snapshot.store.path) at commit \(snapshot.commit): \(countText(snapshot.allExamples.count)) examples")
    }
    return snapshot
  }

  /// How the work is done, after saying so.
  func detailedWork() throws(EngramError) -> WorkContext {
    try detail("threads: \(work.threads)\(isGiven(SharedParameters.threads) ? "" : ", one for each core")")
    return work
  }

  /// Says which columns a request came to.
  func detail(_ columns: FeatureColumns, _ type: ElementType) throws(EngramError) {
    guard isVerbose else { return }
    try detail("statistics: \(columns.statistics.count): \(columns.statistics.joined(separator: ", "))")
    try detail("epochs: \(columns.epochsRead.count): \(EpochSelection.text(columns.epochsRead))")
    try detail("view: \(columns.view.text), \(columns.count) columns of \(type.name)")
  }
}
