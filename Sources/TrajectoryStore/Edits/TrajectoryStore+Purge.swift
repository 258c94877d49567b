// TrajectoryStore+Purge.swift -- removing hidden data for good, from every file of the store.

package import Base
import Catalog
import SegmentFile
public import TrajectoryModel

/// What a purge removed, or would remove.
public struct PurgeReport: Sendable, Hashable {
  /// The number of the commit; nil where nothing was hidden, or where it was only looked at.
  public let commit: Int64?
  /// The examples that are gone; their ids are not given again.
  public let examples: ExampleSet
  /// The runs that are gone with them.
  public let runs: Int
  /// The split sets that held any of them and are gone too, by name.
  public let splitSets: [String]
  /// The results that rest on any of them and are gone too, by number.
  public let classifications: [Int64]
  /// The split sets and results that stay and say, in a filter or a list, a text that only runs that are gone had, in words.
  public let naming: [String]
}

/// What a purge means for split sets and results.
package struct PurgedUses: Sendable {
  /// The split sets and results that cannot stay.
  package var splitSets: [String] = [], classifications: [Int64] = []
  /// Those that stay and name what is gone, in words.
  package var naming: [String] = []

  /// Nothing is used.
  package init() {}
}

extension TrajectoryStore {
  /// Removes what is hidden for good: values, metadata, metrics, earlier values, and what the log says of them.
  ///
  /// Segments that hold any of it are written again without it; then the catalog is rewritten and its log emptied. Killed
  /// in between, it is finished by another purge.
  ///
  /// - Parameters:
  ///   - isTrial: Whether only to say what would be removed.
  ///   - confirmed: What somebody was shown and agreed to; anything else is not removed. Nil for whatever is hidden.
  ///   - options: How to wait and work.
  ///   - uses: Says which split sets and results cannot stay without some examples, and which name any of some texts.
  /// - Returns: What is gone.
  /// - Throws: ``EngramError`` with code `busy` while others read or write the store, or when they changed what is hidden since
  ///   it was confirmed, `corrupt` when a segment is damaged, `diskFull`, `io`, `cancelled`.
  package func purge(
    isTrial: Bool, confirmed: PurgeReport? = nil, options: WriteOptions,
    uses: (_ examples: ExampleSet, _ texts: [String]) throws(EngramError) -> PurgedUses
  ) throws(EngramError) -> PurgeReport {
    try write("purge", options: options) { (session) throws(EngramError) in
      let (hidden, texts) = try session.read { (catalog) throws(EngramError) in
        (try catalog.hiddenExamples().subtracting(try catalog.purgedExamples()), try catalog.textsOfHiddenRuns())
      }
      let uses = hidden.isEmpty ? PurgedUses() : try uses(hidden, texts)
      func report(_ commit: Int64?, runs: Int) -> PurgeReport {
        PurgeReport(
          commit: commit, examples: hidden, runs: runs, splitSets: uses.splitSets,
          classifications: uses.classifications, naming: uses.naming)
      }
      if isTrial {
        let runs = try session.read { (catalog) throws(EngramError) in
          Set(try catalog.groups(by: ["run_id"], where: nil).filter { $0.examples.subtracting(hidden).isEmpty }).count
        }
        return report(nil, runs: runs)
      }
      if let confirmed { try requireSame(confirmed, report(nil, runs: confirmed.runs)) }
      var done = report(nil, runs: 0)
      if !hidden.isEmpty {
        done = try session.purge(hidden, uses.splitSets, uses.classifications) { report($0, runs: $1) }
      }
      try session.eraseRemains()
      return done
    }
  }
}

extension TrajectoryStore {
  /// Refuses to remove anything else than what was confirmed.
  private func requireSame(_ confirmed: PurgeReport, _ found: PurgeReport) throws(EngramError) {
    guard
      confirmed.examples != found.examples || confirmed.splitSets != found.splitSets
        || confirmed.classifications != found.classifications
    else { return }
    func text(_ report: PurgeReport) -> String {
      "\(report.examples.count) examples, \(report.splitSets.count) split sets, \(report.classifications.count) results"
    }
    throw EngramError(
      .busy, "what would be removed is no longer what was confirmed; nothing was removed", file: path,
      expected: text(confirmed), found: text(found), mend: "run the purge again, and read what it would remove now")
  }
}

extension WriteSession {
  /// Writes what is left of the extents that hold some examples, and removes the rest in one commit.
  fileprivate func purge(
    _ examples: ExampleSet, _ splitSets: [String], _ classifications: [Int64],
    report: (_ commit: Int64, _ runs: Int) -> PurgeReport
  ) throws(EngramError) -> PurgeReport {
    let old = try read { (catalog) throws(EngramError) in try catalog.extents() }
      .filter { !examples.clamped(to: $0.examples).isEmpty }
    var replaced: [(old: Extent, new: [Extent])] = []
    let done: PurgeReport
    do throws(EngramError) {
      for (index, extent) in old.enumerated() {
        var parts: [Extent] = []
        for range in ExampleSet(extent.examples).subtracting(examples).ranges {
          parts.append(try rewrite(range, as: extent))
        }
        replaced.append((extent, parts))
        options.work.report("purging", index + 1, of: old.count, .things("segments"))
      }
      let extents = replaced
      done = try commit(operation: "purge", message: "removed \(examples.count) examples for good") {
        (catalog) throws(EngramError) in
        for name in splitSets { try catalog.removeSplitSet(name) }
        for id in classifications { try catalog.removeClassification(id) }
        return report(catalog.commitID, try catalog.purge(examples, replacing: extents))
      }
    } catch {
      discard(replaced.flatMap { $0.new.compactMap(\.segmentIdentifier) })
      throw error
    }
    removeReplaced(old.compactMap(\.segmentIdentifier))
    return done
  }
}
