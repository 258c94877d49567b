// TrajectoryStore+Verify.swift -- every checksum and invariant of a store, read again.

import Catalog
import SegmentFile
public import TrajectoryModel

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
}

extension TrajectoryStore {
  /// Reads everything and compares it with its checksums and invariants; changes nothing.
  ///
  /// - Parameters:
  ///   - isCancelled: Asked now and then; true stops with code `cancelled`.
  ///   - progress: Told how many of how many examples are done.
  /// - Returns: All problems, not only the first.
  /// - Throws: ``EngramError`` with code `cancelled`, or what keeps the catalog from being read at all.
  public func verify(
    isCancelled: @escaping @Sendable () -> Bool = { false },
    progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws(EngramError) -> VerifyReport {
    var problems = try read { (catalog) throws(EngramError) in try catalog.check() }
    let snapshot = try snapshot()
    let extents = snapshot.extents
    let total = Int(snapshot.exampleCount)
    var done = 0
    for extent in extents {
      do throws(EngramError) {
        switch extent.place {
        case .segment(let identifier, let byteCount):
          let reader = try SegmentReader(opening: layout.segment(identifier))
          guard reader.identifier.hex == identifier, reader.valuesHash == extent.valuesHash,
            reader.byteCount == Int(byteCount), reader.exampleCount == Int(extent.exampleCount),
            reader.schema.statistics == extent.statistics, reader.schema.epochs == extent.epochs
          else {
            throw EngramError(
              .corrupt, "the segment is not the one that the catalog names", file: layout.segment(identifier),
              place: "footer", expected: "values hash \(extent.valuesHash)", found: reader.valuesHash,
              mend: "restore the segment from a copy")
          }
          let base = done
          try reader.verify(
            threads: Threads.available, isCancelled: isCancelled, progress: { progress(base + $0, total) })
        case .staged(let id):
          let bytes = try read { (catalog) throws(EngramError) in try catalog.stagedValues(id) }
          _ = try StagedBatch(of: extent, bytes: bytes)
        }
      } catch {
        if error.code == .cancelled { throw error }
        var problem = error
        if case .segment(let identifier, _) = extent.place {
          problem = problem.inFile(layout.segment(identifier))
          if problem.code == .notFound { problem.code = .corrupt }
        }
        problems.append(problem)
      }
      done += Int(extent.exampleCount)
      progress(done, total)
    }
    return VerifyReport(
      examples: snapshot.exampleCount, extents: extents.count, byteCount: extents.reduce(0) { $0 + $1.byteCount },
      problems: problems, leftovers: try leftovers(beside: extents))
  }

  private func leftovers(beside extents: [Extent]) throws(EngramError) -> [String] {
    let named = Set(extents.compactMap(\.segmentIdentifier).map { $0 + ".seg" })
    let incoming = try FileSystem.names(in: layout.incoming).map { "incoming/\($0)" }
    let orphans = try FileSystem.names(in: layout.segments).filter { !named.contains($0) }.map { "segments/\($0)" }
    return incoming + orphans
  }
}
