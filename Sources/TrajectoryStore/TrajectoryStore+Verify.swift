// TrajectoryStore+Verify.swift -- every checksum and invariant of a store, read again.

public import Base
import Catalog
import ColumnCodec
import SegmentFile

/// What a verification found.
public struct VerifyReport: Sendable, Equatable {
  /// The number of examples whose values were read.
  public let examples: Int64
  /// The number of segments and staged batches.
  public let extents: Int
  /// Bytes read.
  public let byteCount: Int
  /// What is wrong; empty when nothing is.
  public let problems: [EngramError]
  /// Files that belong to no commit, left by a writer that was killed; the next write removes them.
  public let leftovers: [String]
  /// Pages of the catalog that have no checksum, because another program than this one brought them from SQLite's log into the
  /// file; a compaction writes them anew.
  public let unsealedPages: Int
}

extension TrajectoryStore {
  /// Reads everything and compares it with its checksums and invariants; changes nothing.
  ///
  /// - Parameter work: How the work is done.
  /// - Returns: All problems, not only the first.
  /// - Throws: ``EngramError`` with code `cancelled`, or what keeps the catalog from being read at all.
  public func verify(work: WorkContext = WorkContext()) throws(EngramError) -> VerifyReport {
    var (problems, unsealedPages) = try read { (catalog) throws(EngramError) in try catalog.check() }
    let snapshot: Snapshot
    do throws(EngramError) {
      snapshot = try self.snapshot()
    } catch {
      // A catalog that does not say where the values are leaves nothing to compare them with. In a damaged one whatever is
      // not found or does not fit is a consequence; what the system refuses is not.
      let isConsequence = error.code == .corrupt || !problems.isEmpty && [.notFound, .invalidData].contains(error.code)
      guard isConsequence else { throw error }
      return VerifyReport(
        examples: 0, extents: 0, byteCount: 0, problems: problems + [error], leftovers: [], unsealedPages: unsealedPages
      )
    }
    let total = Int(snapshot.exampleEnd)
    var (extents, byteCount) = (0, 0)
    var next: Int64 = 0
    var missing: Extent?
    var examples: Int64 = 0
    // That extents hold every example that was not removed, their list has been checked for.
    while let extent = snapshot.extents.first(where: { $0.examples.upperBound > next }) {
      do throws(EngramError) {
        let range = Int(extent.firstExample)..<Int(extent.examples.upperBound)
        try verify(extent, work: work.part(range, of: total, unit: .things("examples")))
      } catch {
        if error.code == .notFound, missing != extent {
          // A compaction may have moved it meanwhile; if the catalog still names it, it is missing.
          missing = extent
          try snapshot.refreshExtents()
          continue
        }
        // What the system refuses is not damage.
        if error.code != .notFound && error.code != .corrupt && error.code != .truncated && error.code != .unsupported {
          throw error
        }
        var problem = error.inFile(extent.segmentIdentifier.map(folder.path(of:)) ?? folder.catalogPath)
        if problem.code == .notFound { problem.code = .corrupt }
        problems.append(problem)
      }
      extents += 1
      byteCount += extent.byteCount
      examples += extent.exampleCount
      next = extent.examples.upperBound
      work.report("verifying", min(Int(next), total), of: total)
    }
    for journal in try journals() {
      do throws(EngramError) {
        byteCount += try readJournal(journal)?.byteCount ?? 0
      } catch {
        guard error.code == .corrupt || error.code == .unsupported else { throw error }
        problems.append(error)
      }
    }
    return VerifyReport(
      examples: examples, extents: extents, byteCount: byteCount, problems: problems,
      leftovers: try leftovers(), unsealedPages: unsealedPages)
  }

  /// Reads one extent and compares it with what the catalog says of it.
  private func verify(
    _ extent: Extent, work: WorkContext
  ) throws(EngramError) {
    let suspects: [Int]
    switch extent.place {
    case .segment(let identifier, _):
      let reader = try folder.open(identifier)
      try reader.requireMatch(extent)
      try reader.verify(work: work)
      suspects = extent.statistics.indices.filter { statistic in
        (0..<reader.rowGroupCount).contains { !reader.zone(rowGroup: $0, statistic: statistic).isAllFinite }
      }
    case .staged(let id):
      let bytes = try read { (catalog) throws(EngramError) in try catalog.stagedValues(id) }
      let batch = try StagedBatch(of: extent, bytes: bytes)
      suspects = extent.statistics.indices.filter { statistic in
        (0..<Int(extent.exampleCount)).contains { example in
          extent.epochs.indices.contains {
            !batch.value(example: example, epoch: $0, statistic: statistic).isFinite
          }
        }
      }
    }
    guard suspects == extent.nonFiniteStatistics else {
      throw EngramError(
        .corrupt, "the catalog is wrong about which statistics are finite", file: folder.catalogPath,
        place: "table extent, first_example \(extent.firstExample), column nonfinite_statistics",
        expected: "\(suspects)", found: "\(extent.nonFiniteStatistics)", mend: "restore the catalog from a copy")
    }
  }

  /// Files that no commit names; none while somebody writes, for then they may be named soon.
  private func leftovers() throws(EngramError) -> [String] {
    if try WriterLock.isHeld(in: folder.root) { return [] }
    let extents = try read { (catalog) throws(EngramError) in try catalog.extents() }
    let found = try folder.leftovers(named: extents)
    // A segment that was committed after the catalog was read is named by now.
    let now = try read { (catalog) throws(EngramError) in try catalog.extents() }
    let isHeld = try WriterLock.isHeld(in: folder.root)
    return now != extents || isHeld ? [] : found.map(\.place)
  }
}
