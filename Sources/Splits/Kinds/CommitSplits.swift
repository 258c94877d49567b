// CommitSplits.swift -- train on what was there at a commit, test on what came after.

import Base
import TrajectoryModel
import TrajectoryStore

/// One split by time of arrival: the examples of a commit are the train side, later ones the test side.
///
/// What a later correction or edit of layers put in the place of an example came with that commit.
public struct CommitSplits: Sendable, Hashable {
  /// The last commit whose examples are trained on.
  public var commit: Int64

  /// Makes a plan.
  public init(commit: Int64) { self.commit = commit }
}

extension CommitSplits: SplitPlan {
  static let kind = "by-commit"
  static let keys = ["commit"]

  init(reading object: JSONObject) throws(EngramError) { self.init(commit: try object.integer("commit")) }

  func write(to object: inout JSONObject) { object["commit"] = .integer(commit) }

  func check() throws(EngramError) {
    guard commit >= 1 else {
      throw EngramError(
        .usage, "there is no such commit", place: "key \"commit\"", expected: "at least 1", found: "\(commit)")
    }
  }

  func makeSplits(_ source: SplitSource, _ receive: (Split) throws(EngramError) -> Void) throws(EngramError) {
    guard commit <= source.snapshot.commit else {
      throw EngramError(
        .usage, "the commit to split at is newer than the data", place: "key \"commit\"",
        expected: "at most \(source.snapshot.commit)", found: "\(commit)")
    }
    let end = try source.snapshot.store.snapshot(asOf: commit).exampleEnd
    let later = ExampleSet(end..<max(end, source.snapshot.exampleEnd))
    try receive(try source.split("commit=\(commit)", testing: source.selected.intersection(later)))
  }
}
