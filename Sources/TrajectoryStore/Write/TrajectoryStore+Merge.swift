// TrajectoryStore+Merge.swift -- bringing in what is new in other stores.

public import Base
import Catalog
import TrajectoryModel

/// What a merge did.
public struct MergeReport: Sendable, Hashable {
  /// The number of the commit; nil where everything was here already.
  public let commit: Int64?
  /// For each store that was merged, in their order, the ids its examples have now that were not here before.
  public let examples: [Range<Int64>]
  /// For each store, how many of its examples were here already, bit for bit.
  public let known: [Int]
  /// The number of new runs.
  public let runs: Int
  /// How many values runs that were here lacked, and have now.
  public let filledValues: Int
  /// The number of new fields.
  public let newFields: Int
  /// How many values of metrics are new.
  public let metrics: Int
  /// What stays behind in the stores that were merged, and what is hidden or gone here, in sentences without a full stop.
  public internal(set) var remarks: [String] = []
}

extension TrajectoryStore {
  /// Adds the examples of other stores that are not here yet, in one commit.
  ///
  /// Segment files are linked, or copied from another disk; nothing is decoded. What small appends have staged is then flushed into
  /// segments, in a commit of its own. Metadata and metrics become rows of this
  /// store; fields it does not have yet become columns. Where the store declares what tells runs apart, a run that it has
  /// is that run: what it lacks is filled, and its layers stand beside those that are there. Split sets and results stay where they are, for their
  /// ids mean another store.
  ///
  /// A store that has grown since it was merged brings what is new: what is here already is known by its segment files, by what
  /// earlier merges and ingests remembered, and then by its values, and is left out. What was hidden there since is hidden here; what
  /// is hidden here, was shown here again since, or was removed for good, stays so. A value that an edit here took away is not filled
  /// again, and a field that was renamed here or there is known by its earlier name. A segment of which only a part is new is
  /// written anew.
  ///
  /// - Parameters:
  ///   - paths: The other stores, in the order in which their examples are added.
  ///   - allowsRepeat: Whether everything is taken in, also what this store has already.
  ///   - options: How to wait and work.
  /// - Returns: Which ids the examples have now.
  /// - Throws: ``EngramError`` with code `exists` when a layer of a run is here with other values, or content that was ingested here,
  ///   `invalidData` when a field has another type here or a run that is shown has other metadata, `notFound` when there is no such store.
  public func merge(
    _ paths: [String], allowsRepeat: Bool = false, options: WriteOptions = WriteOptions()
  ) throws(EngramError) -> MergeReport {
    guard !paths.isEmpty else {
      throw EngramError(.usage, "there is nothing to merge", expected: "at least one other store", found: "none")
    }
    let own = try read { (catalog) throws(EngramError) in try catalog.storeIdentifier() }
    var others: [TrajectoryStore] = []
    var seen: Set<String> = [own]
    for path in paths {
      let other = try TrajectoryStore(opening: path)
      let identifier = try other.read { (catalog) throws(EngramError) in try catalog.storeIdentifier() }
      guard seen.insert(identifier).inserted else {
        throw EngramError(
          .usage, "a store cannot be merged twice, nor into itself", file: path, expected: "another store",
          found: "store \(identifier)", mend: "name each store once")
      }
      others.append(other)
    }
    let sources = others
    return try write("merge", options: options) { (session) throws(EngramError) in
      var report = try session.merge(sources, allowsRepeat: allowsRepeat)
      report.remarks += sources.compactMap { try? $0.remarkOnWhatStays() }
      // The merge is committed, so it has succeeded, whatever becomes of this; the next flush tries again.
      if report.commit != nil { _ = try? session.rewrite(where: \.isStaged, operation: "flush") }
      return report
    }
  }
}

extension TrajectoryStore {
  /// What of this store a merge does not bring into another; nil where there is nothing.
  private func remarkOnWhatStays() throws(EngramError) -> String? {
    let counts = [
      (try splitSetRecords().count, "split set"), (try classificationRecords().count, "result"),
      (try runsInProgress().count, "run in progress"),
    ].filter { $0.0 > 0 }
    if counts.isEmpty { return nil }
    let parts = counts.map { count, noun in
      count == 1 ? "1 \(noun)" : "\(count) \(noun == "run in progress" ? "runs in progress" : noun + "s")"
    }
    return "not brought in from \(path): \(parts.joined(separator: ", "))"
  }
}
