// WriteSession+Rewrite.swift -- flush and compact: neighbouring extents of equal axes become one segment.

public import Base
import Catalog
import SegmentFile
import TrajectoryModel

/// What a compaction did.
public struct CompactReport: Sendable, Hashable {
  /// Segments and staged batches before.
  public let extentsBefore: Int
  /// Segments and staged batches after.
  public let extentsAfter: Int
  /// Bytes of segments and staged batches before.
  public let bytesBefore: Int
  /// Bytes of segments and staged batches after.
  public let bytesAfter: Int
}

extension WriteSession {
  /// Rewrites neighbouring extents that satisfy a condition and have equal axes into one segment each.
  ///
  /// The new segments are written and verified first; one commit then replaces the old extents, whose files are
  /// removed after it. Ids and values do not change. A segment without such neighbours is left alone, unless `everything` is
  /// to be written anew.
  func rewrite(
    where isWanted: (Extent) -> Bool, everything: Bool = false, operation: String
  ) throws(EngramError) -> CompactReport {
    let before = try read { (catalog) throws(EngramError) in try catalog.extents() }
    let groups = Self.groups(of: before, where: isWanted, everything: everything)
    var written: [(old: [Extent], new: Extent)] = []
    do throws(EngramError) {
      let total = max(1, groups.reduce(0) { $0 + $1.reduce(0) { $0 + Int($1.exampleCount) } })
      var done = 0
      for group in groups {
        written.append((group, try rewrite(group)))
        done += group.reduce(0) { $0 + Int($1.exampleCount) }
        options.work.report(operation + "ing", done, of: total)
      }
      if !written.isEmpty {
        let count = written.reduce(0) { $0 + $1.old.count }
        try commit(operation: operation, message: "\(count) extents into \(written.count) segments") {
          (catalog) throws(EngramError) in
          for (old, new) in written { try catalog.replaceExtents(old, by: [new]) }
        }
      }
    } catch {
      discard(written.compactMap(\.new.segmentIdentifier))
      throw error
    }
    removeReplaced(written.flatMap { $0.old.compactMap(\.segmentIdentifier) })
    let after = try read { (catalog) throws(EngramError) in try catalog.extents() }
    return CompactReport(
      extentsBefore: before.count, extentsAfter: after.count, bytesBefore: before.reduce(0) { $0 + $1.byteCount },
      bytesAfter: after.reduce(0) { $0 + $1.byteCount })
  }

  /// Neighbours that satisfy a condition, have equal axes, and fit one segment.
  private static func groups(
    of extents: [Extent], where isWanted: (Extent) -> Bool, everything: Bool
  ) -> [[Extent]] {
    var groups: [[Extent]] = []
    var group: [Extent] = []
    func close() {
      if group.count > 1 || group.first?.isStaged == true || everything && !group.isEmpty { groups.append(group) }
      group = []
    }
    for extent in extents {
      let count = group.reduce(0) { $0 + $1.exampleCount } + extent.exampleCount
      if !isWanted(extent) || group.last.map({ !$0.isFollowed(by: extent) }) ?? false
        || count > Int64(Appender.segmentLimit)
      {
        close()
      }
      if isWanted(extent) { group.append(extent) }
    }
    close()
    return groups
  }

  /// About as many examples are in memory while a segment is rewritten, and no more of them than take so many bytes.
  private static let examplesInMemory = 4_096
  private static let bytesInMemory = 256 << 20

  /// How many examples are rewritten at a time: whole row groups, and at least one.
  ///
  /// - Parameters:
  ///   - size: The examples of a row group.
  ///   - byteCount: The bytes of an example.
  /// - Returns: The number of examples.
  package static func rewriteStep(rowGroupSize size: Int, exampleByteCount byteCount: Int) -> Int {
    size * max(1, min(examplesInMemory, bytesInMemory / max(1, byteCount)) / size)
  }

  private func rewrite(_ group: [Extent]) throws(EngramError) -> Extent {
    try rewrite(group[0].firstExample..<group[group.count - 1].examples.upperBound, as: group[0])
  }

  /// Writes examples, which all have the axes of an extent, into a segment of their own.
  ///
  /// - Parameters:
  ///   - all: The examples, of the store as it is, or of a snapshot of another one.
  ///   - extent: Has their axes.
  ///   - other: That snapshot.
  /// - Returns: The extent of the segment, at the place of the examples.
  /// - Throws: Code `cancelled`, `diskFull`, `io`, and what reading throws.
  func rewrite(_ all: Range<Int64>, as extent: Extent, of other: Snapshot? = nil) throws(EngramError) -> Extent {
    let segment = try beginSegment(
      SegmentSchema(epochs: extent.epochs, statistics: extent.statistics, elementType: extent.elementType))
    do throws(EngramError) {
      let snapshot = if let other { other } else { try store.snapshot() }
      let columns = FeatureColumns(statistics: extent.statistics, epochs: extent.epochs)
      var values = Matrix(elementType: extent.elementType)
      let size = segment.writer.rowGroupSize
      let byteCount = columns.count * values.elementType.byteCount
      // A few row groups are decoded at a time, so that threads share them.
      let step = Int64(Self.rewriteStep(rowGroupSize: size, exampleByteCount: byteCount))
      for start in stride(from: all.lowerBound, to: all.upperBound, by: Int64.Stride(step)) {
        try options.work.checkCancelled("rewriting was stopped; the store is unchanged")
        let rowGroups = start..<min(all.upperBound, start + step)
        try snapshot.materialize(
          rowGroups: rowGroups, of: size, columns, into: &values, work: options.work)
        for first in stride(from: 0, to: rowGroups.count, by: size) {
          let end = min(rowGroups.count, first + size)
          try segment.writer.append(
            rowGroup: values.bytes.extracting((first * byteCount)..<(end * byteCount)), exampleCount: end - first)
        }
      }
      let summary = try segment.writer.finish()
      try openIncoming(segment.identifier)
        .verify(work: options.work.silent)
      try publish(segment.identifier)
      return segment.extent(firstExample: all.lowerBound, summary)
    } catch {
      segment.writer.abandon()
      discard([segment.identifier])
      throw error
    }
  }
}

extension TrajectoryStore {
  /// Segments of at least as many examples are left alone by ``compact(everything:options:)``.
  static let compactLimit: Int64 = 1 << 16

  /// Joins small neighbouring segments and staged batches into large segments.
  ///
  /// Ids, values and split sets do not change; readers are not disturbed.
  ///
  /// - Parameters:
  ///   - everything: Whether every segment is rewritten, also large ones and those without neighbours, by the codec and in the
  ///     format of today.
  ///   - options: How to wait and work.
  /// - Returns: How many segments and bytes there were and are.
  /// - Throws: ``EngramError`` with code `busy`, `diskFull`, `corrupt` or `cancelled`; the store is then as it was.
  public func compact(everything: Bool = false, options: WriteOptions = WriteOptions()) throws(EngramError)
    -> CompactReport
  {
    try write("compact", options: options) { (session) throws(EngramError) in
      let report = try session.rewrite(
        where: { everything || $0.isStaged || $0.exampleCount < Self.compactLimit }, everything: everything,
        operation: "compact")
      session.shrinkCatalog()
      return report
    }
  }

  /// Moves what small appends have staged in the catalog into segments.
  public func flush(options: WriteOptions = WriteOptions()) throws(EngramError) -> CompactReport {
    try write("flush", options: options) { (session) throws(EngramError) in
      try session.rewrite(where: \.isStaged, operation: "flush")
    }
  }
}

extension Extent {
  /// The identifier of the segment, or nil for a staged batch.
  var segmentIdentifier: SegmentIdentifier? {
    if case .segment(let identifier, _) = place { identifier } else { nil }
  }

  /// Bytes on disk: of the file, or of the staged values.
  package var byteCount: Int {
    switch place {
    case .segment(_, let byteCount): Int(byteCount)
    case .staged: Int(exampleCount) * epochs.count * statistics.count * elementType.byteCount
    }
  }

  /// Whether another extent begins where this one ends and has equal axes.
  func isFollowed(by other: Extent) -> Bool {
    examples.upperBound == other.firstExample && epochs == other.epochs && statistics == other.statistics
      && elementType == other.elementType
  }
}
