// TrajectoryStore+Merge.swift -- bringing in other stores' examples without decoding a value.

public import Base
import Catalog
import SegmentFile
import TrajectoryModel

/// What a merge did.
public struct MergeReport: Sendable, Hashable {
  /// The number of the commit.
  public let commit: Int64
  /// For each store that was merged, in their order, the ids its examples have now.
  public let examples: [Range<Int64>]
  /// The number of new runs.
  public let runs: Int
  /// What stays behind in the stores that were merged, in sentences without a full stop.
  public internal(set) var remarks: [String] = []
}

extension TrajectoryStore {
  /// Adds all examples of other stores, in one commit.
  ///
  /// Segment files are linked, or copied from another disk; nothing is decoded. What small appends have staged is then flushed into
  /// segments, in a commit of its own. Metadata and metrics become rows of this
  /// store; fields it does not have yet become columns. Where the store declares what tells runs apart, a run that it has
  /// is that run: what it lacks is filled, and its layers stand beside those that are there. Split sets and results stay where they are, for their
  /// ids mean another store.
  ///
  /// - Parameters:
  ///   - paths: The other stores, in the order in which their examples are added.
  ///   - allowsRepeat: Whether content that this store has ingested before is taken in again.
  ///   - options: How to wait and work.
  /// - Returns: Which ids the examples have now.
  /// - Throws: ``EngramError`` with code `exists` when a segment, content or a layer of a run is here already, `invalidData`
  ///   when a field has another type here or a run other metadata, `notFound` when there is no such store.
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
      report.remarks = sources.compactMap { try? $0.remarkOnWhatStays() }
      // The merge is committed, so it has succeeded, whatever becomes of this; the next flush tries again.
      _ = try? session.rewrite(where: \.isStaged, operation: "flush")
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

/// What is brought in from one store, read as of one commit of it.
struct MergeSource {
  let snapshot: Snapshot
  /// The extents as of the snapshot.
  let extents: [Extent]
  /// The bytes of its staged batches.
  let staged: [Int64: [UInt8]]
}

extension WriteSession {
  fileprivate func merge(_ others: [TrajectoryStore], allowsRepeat: Bool) throws(EngramError) -> MergeReport {
    var present = try read { (catalog) throws(EngramError) in
      Set(try catalog.extents().compactMap(\.segmentIdentifier))
    }
    var brought: [SegmentIdentifier] = []
    do throws(EngramError) {
      var sources: [MergeSource] = []
      for (index, other) in others.enumerated() {
        let source = try bring(other, beside: present, brought: &brought)
        present.formUnion(brought)
        sources.append(source)
        options.work.report("merging", index + 1, of: others.count, .things("stores"))
      }
      let names = others.map(\.path).joined(separator: ", ")
      return try commit(operation: "merge", message: names) { (catalog) throws(EngramError) in
        var ranges: [Range<Int64>] = []
        var runs = 0
        var contents: Set<String> = []
        var known = CatalogWriter.KnownRuns()
        for source in sources {
          let start = catalog.nextExample
          runs += try source.snapshot.store.read { (other) throws(EngramError) in
            let merged = MergedCatalog(
              other, asOf: source.snapshot.entry, extents: source.extents, staged: source.staged)
            return try catalog.merge(merged, allowsRepeat: allowsRepeat, runs: &known, contents: &contents)
          }
          ranges.append(start..<catalog.nextExample)
        }
        return MergeReport(commit: catalog.commitID, examples: ranges, runs: runs)
      }
    } catch {
      discard(brought)
      throw error
    }
  }

  /// Brings the files and staged batches of a store here; when it is compacted meanwhile, begins again.
  private func bring(
    _ other: TrajectoryStore, beside present: Set<SegmentIdentifier>, brought: inout [SegmentIdentifier]
  ) throws(EngramError) -> MergeSource {
    /// Compactions that may come in between before something else must be wrong.
    let attempts = 5
    for attempt in 1... {
      let snapshot = try other.snapshot()
      let extents = snapshot.extents
      let start = brought.count
      do throws(EngramError) {
        var staged: [Int64: [UInt8]] = [:]
        for extent in extents {
          try options.work.checkCancelled("the merge was stopped; the store is unchanged")
          switch extent.place {
          case .segment(let identifier, _):
            guard !present.contains(identifier) else {
              throw EngramError(
                .exists, "a segment of that store is in this store already", file: other.path,
                found: "segment \(identifier.hex)",
                mend: """
                  it was merged before, or comes with another store: leave it out; what came to it since can be selected by \
                  example_id, and ingested
                  """)
            }
            brought.append(identifier)
            try bring(identifier, as: extent, of: other)
          case .staged(let id):
            let bytes = try other.read { (catalog) throws(EngramError) in try catalog.stagedValues(id) }
            do throws(EngramError) {
              _ = try StagedBatch(of: extent, bytes: bytes)
            } catch {
              throw error.inFile(other.folder.catalogPath)
            }
            staged[id] = bytes
          }
        }
        return MergeSource(snapshot: snapshot, extents: extents, staged: staged)
      } catch {
        guard error.code == .notFound else { throw error }
        discard(Array(brought[start...]))
        brought.removeSubrange(start...)
        if attempt < attempts { continue }
        var damaged = error
        damaged.code = .corrupt
        damaged.mend = "verify that store, and restore what it lacks from a copy"
        throw damaged
      }
    }
    preconditionFailure("the last attempt returns or throws")
  }

  /// Links or copies a segment file, checks that it holds what the other catalog says and every checksum in it, and moves
  /// it among ours.
  private func bring(
    _ identifier: SegmentIdentifier, as extent: Extent, of other: TrajectoryStore
  ) throws(EngramError) {
    try bringIn(identifier, from: other.folder.root.directory(StoreFolder.segments))
    do throws(EngramError) {
      let reader = try openIncoming(identifier)
      try reader.requireMatch(extent)
      try reader.verifyChecksums(work: options.work)
    } catch {
      var named = error
      named.file = other.folder.path(of: identifier)
      if error.code == .corrupt || error.code == .truncated { named.mend = "verify that store first" }
      throw named
    }
    try publish(identifier)
  }
}
