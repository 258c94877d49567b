// StoreDifference.swift -- the commits of a store, and what differs between two of them.

public import Base
import Catalog
public import TrajectoryModel

/// A value of a run that differs between two commits.
public struct RunValueChange: Sendable, Hashable {
  /// The id of the run.
  public let run: Int64
  /// The field, by its name in the later commit.
  public let field: String
  /// What it was and what it is.
  public let before, after: MetadataValue
}

/// What differs between two commits of a store.
public struct StoreDifference: Sendable, Hashable {
  /// The commits after the earlier one, up to the later one.
  public let commits: [Commit]
  /// The examples that came.
  public let added: ExampleSet
  /// The examples that became hidden, and those that were shown again.
  public let hidden, shown: ExampleSet
  /// The values of runs of the earlier commit that differ, by run, then field.
  public let values: [RunValueChange]
  /// The fields that came.
  public let newFields: [MetadataField]
  /// The fields that have another name or type now.
  public let changedFields: [ChangedField]

  /// A field that has another name or type now.
  public struct ChangedField: Sendable, Hashable {
    /// What it was and what it is.
    public let before, after: MetadataField
  }
}

extension TrajectoryStore {
  /// Every commit, oldest first: who did what, when and why.
  public func log() throws(EngramError) -> [Commit] {
    try read { (catalog) throws(EngramError) in try catalog.commits() }
  }

  /// What differs between two commits.
  ///
  /// - Parameters:
  ///   - first: The number of the earlier commit.
  ///   - last: The number of the later one.
  /// - Returns: The difference; nothing of it where both are one.
  /// - Throws: ``EngramError`` with code `notFound` when there is no such commit, `usage` when the later comes first.
  /// - Complexity: O(edits after the earlier commit).
  public func difference(from first: Int64, to last: Int64) throws(EngramError) -> StoreDifference {
    guard first <= last else {
      throw EngramError(
        .usage, "the later commit comes first", file: path, expected: "the earlier one first",
        found: "\(first), \(last)")
    }
    let (old, new) = (try snapshot(asOf: first), try snapshot(asOf: last))
    let (oldFields, newFields) = (try old.fields(), try new.fields())
    let (changes, commits) = try read { (catalog) throws(EngramError) in
      (
        try catalog.runChanges(after: first, upTo: last),
        try catalog.commits().filter { $0.id > first && $0.id <= last }
      )
    }
    let shared = 0..<old.exampleEnd
    let before = old.allExamples
    let after = new.allExamples.clamped(to: shared)
    let table = try read { (catalog) throws(EngramError) in try catalog.fields() }
    return StoreDifference(
      commits: commits, added: new.allExamples.clamped(to: old.exampleEnd..<max(old.exampleEnd, new.exampleEnd)),
      hidden: before.subtracting(after), shown: after.subtracting(before),
      values: changes.map {
        RunValueChange(
          run: $0.run, field: $0.field < newFields.count ? newFields[$0.field].name : table[$0.field].name,
          before: $0.before, after: $0.after)
      }, newFields: Array(newFields.dropFirst(oldFields.count)),
      changedFields: zip(oldFields, newFields).filter { $0 != $1 }.map { .init(before: $0, after: $1) })
  }

  /// What was edited or hidden since a commit of what it held; nil where nothing was.
  ///
  /// - Complexity: O(1) in a store without edits since.
  package func edits(since commit: Int64) throws(EngramError) -> EditsSince? {
    let newest = try read { (catalog) throws(EngramError) in catalog.newestEdit }
    guard newest > commit else { return nil }
    let snapshot = try snapshot(asOf: commit)
    let fields = try snapshot.fields()
    let runs = try snapshot.runs(fields: [])
    return try read { (catalog) throws(EngramError) in
      let last = try catalog.latestCommit()?.id ?? commit
      var edited: [String: Set<Int64>] = [:]
      let known = Set(runs.ids)
      for change in try catalog.runChanges(after: commit, upTo: last)
      where known.contains(change.run) && change.field < fields.count {
        edited[fields[change.field].name, default: []].insert(change.run)
      }
      return EditsSince(runs: edited, absent: try catalog.absentExamples(asOf: last))
    }
  }
}

/// What was edited or hidden since a commit.
package struct EditsSince: Sendable {
  /// The runs of the commit of which a field was edited, by the name that the field had then.
  package let runs: [String: Set<Int64>]
  /// The examples that are hidden or gone now.
  package let absent: ExampleSet
}
