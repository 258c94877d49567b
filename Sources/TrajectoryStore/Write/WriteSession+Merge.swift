// WriteSession+Merge.swift -- the files and rows of other stores that are not here yet, brought in by one commit.

import Base
import Catalog
import SegmentFile
import TrajectoryModel

/// What is brought in from one store, read as of one commit of it.
private struct MergeSource {
  /// The store, with what is hidden.
  let snapshot: Snapshot
  /// What of it is here already.
  var matches: MergeMatches
  /// The extents of what is new.
  var extents: [MergedExtent] = []
  /// The ids that its new examples get.
  var examples: Range<Int64> = 0..<0
  /// What else it changed.
  var outcome = MergeOutcome()
}

/// A merge in the making.
private struct MergeProgress {
  var sources: [MergeSource] = []
  /// Segment files that were brought in or written.
  var brought: [SegmentIdentifier] = []
}

extension WriteSession {
  /// Brings in what is new in other stores.
  ///
  /// - Parameters:
  ///   - others: The stores, each another one than this.
  ///   - allowsRepeat: Whether everything is taken for new.
  /// - Returns: What was done.
  /// - Throws: As ``TrajectoryStore/merge(_:allowsRepeat:options:)``; the store is then as it was.
  func merge(_ others: [TrajectoryStore], allowsRepeat: Bool) throws(EngramError) -> MergeReport {
    var progress = MergeProgress()
    do throws(EngramError) {
      return try commit(
        operation: "merge", message: others.map(\.path).joined(separator: ", "), unless: { $0.commit == nil }
      ) { (catalog) throws(EngramError) in
        var contents: Set<String> = []
        var known = CatalogWriter.KnownRuns()
        for (index, other) in others.enumerated() {
          var source = try bring(other, into: catalog, allowsRepeat: allowsRepeat, &progress)
          let start = catalog.nextExample
          source.outcome = try other.read { (reader) throws(EngramError) in
            try catalog.merge(
              MergedCatalog(reader, ofStore: other.path, asOf: source.snapshot.entry), source.matches,
              extents: source.extents, allowsRepeat: allowsRepeat, runs: &known, contents: &contents)
          }
          source.examples = start..<catalog.nextExample
          source.extents = []
          progress.sources.append(source)
          options.work.report("merging", index + 1, of: others.count, .things("stores"))
        }
        let (sources, outcomes) = (progress.sources, progress.sources.map(\.outcome))
        func sum(_ count: (MergeOutcome) -> Int) -> Int { outcomes.reduce(0) { $0 + count($1) } }
        return MergeReport(
          commit: outcomes.contains(where: \.isChange) ? catalog.commitID : nil, examples: sources.map(\.examples),
          known: sources.map(\.matches.count), runs: sum(\.runs), filledValues: sum(\.filledValues),
          newFields: sum(\.fields), metrics: sum(\.metrics), remarks: sources.flatMap { $0.remarks })
      }
    } catch {
      discard(progress.brought)
      guard error.code == .cancelled else { throw error }
      throw EngramError(.cancelled, "the merge was stopped; the store is as it was before")
    }
  }

  /// Brings the files and staged batches of what is new in a store here; when it is compacted meanwhile, begins again.
  private func bring(
    _ other: TrajectoryStore, into catalog: CatalogWriter, allowsRepeat: Bool, _ progress: inout MergeProgress
  ) throws(EngramError) -> MergeSource {
    /// Compactions that may come in between before something else must be wrong.
    let attempts = 5
    for attempt in 1... {
      let snapshot = try Snapshot(of: other, asOf: nil, showsHidden: true)
      let start = progress.brought.count
      do throws(EngramError) {
        let extents = snapshot.extents
        var matches = try other.read { (reader) throws(EngramError) in
          try catalog.matches(
            of: MergedCatalog(reader, ofStore: other.path, asOf: snapshot.entry), extents: extents,
            allowsRepeat: allowsRepeat)
        }
        matches.reject(try differing(matches, snapshot, progress.sources))
        var source = MergeSource(snapshot: snapshot, matches: matches)
        let new = matches.new
        let present = Set(try catalog.extents().compactMap(\.segmentIdentifier))
        for extent in extents {
          try options.work.checkCancelled()
          source.extents += try bring(extent, new, of: snapshot, beside: present, &progress.brought)
        }
        return source
      } catch {
        guard error.code == .notFound else { throw error }
        discard(Array(progress.brought[start...]))
        progress.brought.removeSubrange(start...)
        if attempt < attempts { continue }
        var damaged = error
        damaged.code = .corrupt
        damaged.mend = "verify that store, and restore what it lacks from a copy"
        throw damaged
      }
    }
    preconditionFailure("the last attempt returns or throws")
  }

  /// Brings what is new of an extent here: all of it as it is, or its parts as segments of their own.
  private func bring(
    _ extent: Extent, _ new: ExampleSet, of snapshot: Snapshot, beside present: Set<SegmentIdentifier>,
    _ brought: inout [SegmentIdentifier]
  ) throws(EngramError) -> [MergedExtent] {
    let (parts, other) = (new.clamped(to: extent.examples), snapshot.store)
    let isWhole = parts == ExampleSet(extent.examples)
    switch extent.place {
    case .segment(let identifier, _) where isWhole && !present.contains(identifier):
      brought.append(identifier)
      try bring(identifier, as: extent, of: other)
      return [MergedExtent(extent)]
    case .staged(let id) where isWhole:
      let bytes = try other.read { (catalog) throws(EngramError) in try catalog.stagedValues(id) }
      do throws(EngramError) {
        _ = try StagedBatch(of: extent, bytes: bytes)
      } catch {
        throw error.inFile(other.folder.catalogPath)
      }
      return [MergedExtent(extent, staged: bytes)]
    case .segment, .staged:
      var written: [MergedExtent] = []
      for range in parts.ranges {
        let part = try rewrite(range, as: extent, of: snapshot)
        if let identifier = part.segmentIdentifier { brought.append(identifier) }
        written.append(MergedExtent(part))
      }
      return written
    }
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

  /// The examples of a store that have other values than what they seem to be here.
  ///
  /// - Parameters:
  ///   - matches: What seems to be here.
  ///   - theirs: The store.
  ///   - earlier: The stores before it in this merge, whose examples no snapshot of ours has yet.
  /// - Returns: Those examples, by their numbers in that store.
  /// - Throws: What reading throws.
  private func differing(
    _ matches: MergeMatches, _ theirs: Snapshot, _ earlier: [MergeSource]
  ) throws(EngramError) -> ExampleSet {
    var pairs: [(theirs: Range<Int64>, own: Int64)] = []
    for measurement in matches.measurements where !measurement.isSameFile {
      if let last = pairs.last, last.theirs.upperBound == measurement.theirs.lowerBound,
        last.own + Int64(last.theirs.count) == measurement.own
      {
        pairs[pairs.count - 1].theirs = last.theirs.lowerBound..<measurement.theirs.upperBound
      } else {
        pairs.append((measurement.theirs, measurement.own))
      }
    }
    if pairs.isEmpty { return ExampleSet() }
    let own = try Snapshot(of: store, asOf: nil, showsHidden: true)
    var found: [Range<Int64>] = []
    for pair in pairs {
      let places =
        [(own, 0..<own.exampleEnd, ExampleSet(0..<own.exampleEnd))]
        + earlier.map { ($0.snapshot, $0.examples, $0.matches.new) }
      for (snapshot, examples, members) in places {
        let part = (pair.own..<(pair.own + Int64(pair.theirs.count))).clamped(to: examples)
        if part.isEmpty { continue }
        // The members became the examples one after the other.
        var before = examples.lowerBound
        for range in members.ranges {
          let here = before..<(before + Int64(range.count))
          before = here.upperBound
          let common = part.clamped(to: here)
          if common.isEmpty { continue }
          let start = pair.theirs.lowerBound + (common.lowerBound - pair.own)
          found += try theirs.differing(
            start..<(start + Int64(common.count)), from: snapshot,
            startingAt: range.lowerBound + (common.lowerBound - here.lowerBound), work: options.work.silent
          ).ranges
        }
      }
    }
    return ExampleSet(found)
  }
}

extension MergeSource {
  /// What is said of what is here already, in sentences without a full stop.
  fileprivate var remarks: [String] {
    let path = snapshot.store.path
    func say(_ what: String, _ count: Int, _ one: String, _ many: String) -> String? {
      count == 0 ? nil : "of the \(what) of \(path) \(count) \(count == 1 ? one : many)"
    }
    // Nothing of what was removed is kept by which a copy of the store that went another way could be told.
    let instead = "; if that store is a copy that has others in their place, select those there and ingest them"
    let gone = matches.purgedThereCount
    let left: String? =
      gone == 0
      ? nil
      : "\(gone) \(gone == 1 ? "example" : "examples") here that came from \(path) \(gone == 1 ? "was" : "were") removed there "
        + "for good; hide and purge what shall go here too"
    let said: [String?] = [
      say(
        "examples", matches.purged.count, "was removed here for good, and stays out\(instead)",
        "were removed here for good, and stay out\(instead)"),
      say("examples", matches.hiddenHereCount, "is hidden here, and stays so", "are hidden here, and stay so"),
      say(
        "examples", matches.hiddenThere.count, "was hidden there since, and is hidden here now",
        "were hidden there since, and are hidden here now"),
      say(
        "examples", matches.shownHereCount, "is hidden there and was shown here again since, and stays so",
        "are hidden there and were shown here again since, and stay so"),
      say(
        "runs", outcome.differentHiddenRuns, "is hidden here, and keeps metadata that differ",
        "are hidden here, and keep metadata that differ"),
      say(
        "values of runs", outcome.emptiedValues, "was taken away here by an edit, and is not filled again",
        "were taken away here by edits, and are not filled again"),
      left,
    ]
    let renamed = outcome.renamedFields.map {
      "the field \($0.theirs) of \(path) is \($0.own) here, as it was renamed\($0.isRenamedThere ? " there" : "")"
    }
    return said.compactMap { $0 } + renamed
  }
}
