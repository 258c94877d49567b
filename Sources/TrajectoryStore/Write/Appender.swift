// Appender.swift -- a large append: values stream into segments, then one commit makes them part of the store.

package import Base
import Catalog
import SegmentFile
package import TrajectoryModel

/// A large append in the making.
///
/// Values stream in by any number of examples at a time; memory stays at a few row groups. Nothing is part of the
/// store before ``commit(operation:message:ingest:verifies:)``, and ``abandon()`` leaves no trace.
package final class Appender {
  /// The most examples of one segment: large enough for long sequential reads, small enough to rewrite, and with a chunk
  /// directory that is checked in a millisecond when a process first reads from it; whole row groups of any size.
  static let segmentLimit = 341 * SegmentLimits.writtenRowGroupSize

  private let session: WriteSession
  private var schema: SegmentSchema
  private let metadata: AppendMetadata
  private var current: IncomingSegment?
  private var currentCount = 0
  private var finished: [(segment: IncomingSegment, summary: SegmentSummary)] = []
  /// What the commit changed of fields of stored runs.
  package private(set) var edit: EditReport?

  /// Starts an append; what does not fit the store is refused here, before a value is written.
  ///
  /// - Parameters:
  ///   - session: The writer's turn.
  ///   - metadata: What the examples are, in their order.
  ///   - epochs: The epochs of all of them, ascending.
  ///   - statistics: The names of the statistics of all of them.
  ///   - elementType: The type of the values.
  /// - Throws: ``EngramError`` with code `invalidData` when an axis is none, or as ``AppendMetadata/check(against:)``.
  package init(
    _ session: WriteSession, _ metadata: AppendMetadata, epochs: [Double], statistics: [String],
    elementType: ElementType
  ) throws(EngramError) {
    self.session = session
    self.metadata = metadata
    schema = try SegmentSchema(epochs: epochs, statistics: statistics, elementType: elementType)
    try metadata.check(against: try session.read { (catalog) throws(EngramError) in try catalog.fields() })
  }

  /// Refuses axes that no segment can have.
  ///
  /// - Throws: ``EngramError`` with code `invalidData`.
  package static func check(epochs: [Double], statistics: [String], elementType: ElementType) throws(EngramError) {
    _ = try SegmentSchema(epochs: epochs, statistics: statistics, elementType: elementType)
  }

  /// Examples of a row group; a multiple of them at a time is written without another copy.
  package var rowGroupSize: Int {
    SegmentLimits.rowGroupSize(
      exampleByteCount: schema.epochs.count * schema.statistics.count * schema.elementType.byteCount)
  }

  /// Adds examples.
  ///
  /// - Parameters:
  ///   - values: [example][epoch][statistic] in native bytes of the schema's type.
  ///   - exampleCount: The extent of the first axis.
  /// - Throws: ``EngramError`` with code `diskFull` or `io`.
  package func append(_ values: RawSpan, exampleCount: Int) throws(EngramError) {
    let stride = schema.epochs.count * schema.statistics.count * schema.elementType.byteCount
    precondition(values.byteCount == exampleCount * stride, "values fill the shape")
    var done = 0
    while done < exampleCount {
      let segment: IncomingSegment
      if let current {
        segment = current
      } else {
        segment = try session.beginSegment(schema)
        current = segment
      }
      let count = min(exampleCount - done, Self.segmentLimit - currentCount)
      try segment.writer.append(
        values.extracting((done * stride)..<((done + count) * stride)), exampleCount: count)
      done += count
      currentCount += count
      if currentCount == Self.segmentLimit { try finishCurrent() }
    }
  }

  /// Adds examples that are stored already, once more.
  ///
  /// - Parameters:
  ///   - examples: The examples; they may have been recorded at different epochs and statistics.
  ///   - snapshot: The store that has them.
  /// - Throws: As ``append(_:exampleCount:)``, and what reading throws.
  package func append(copiesOf examples: ExampleSet, from snapshot: Snapshot) throws(EngramError) {
    for recorded in snapshot.recorded(examples) {
      let columns = recorded.columns
      try begin(epochs: columns.epochs, statistics: columns.statistics, elementType: recorded.elementType)
      var values = Matrix(elementType: recorded.elementType)
      try snapshot.materialize(recorded.examples, columns, into: &values, work: session.options.work)
      try append(values.bytes, exampleCount: recorded.examples.count)
    }
  }

  /// Goes on with examples that were recorded at other epochs or statistics, or in another type.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` when an axis is none, and as ``append(_:exampleCount:)``.
  package func begin(epochs: [Double], statistics: [String], elementType: ElementType) throws(EngramError) {
    let next = try SegmentSchema(epochs: epochs, statistics: statistics, elementType: elementType)
    if next == schema { return }
    try finishCurrent()
    schema = next
  }

  private func finishCurrent() throws(EngramError) {
    guard let segment = current else { return }
    finished.append((segment, try segment.writer.finish()))
    current = nil
    currentCount = 0
  }

  /// Where an ingest came from, kept so that the same content is not taken in twice unawares.
  package struct Ingest {
    package let source: String
    package let allowsRepeat: Bool

    package init(source: String, allowsRepeat: Bool) {
      self.source = source
      self.allowsRepeat = allowsRepeat
    }
  }

  /// Makes everything appended part of the store, in one commit.
  ///
  /// - Parameters:
  ///   - operation: One word for the commit log.
  ///   - message: What was done, for a person.
  ///   - ingest: For an ingest its source; content that was ingested before is refused unless repeats are allowed.
  ///   - name: What the store remembers the examples by beside their content; nil for nothing.
  ///   - correction: What is changed in the same commit of what is stored.
  ///   - verifies: Whether the finished files are read back and compared by the hash of every value's bits first.
  ///   - check: A last question, asked when the content is known to be new; what it throws ends the append.
  /// - Returns: What was added, and under which ids.
  /// - Throws: ``EngramError`` with code `exists` for repeated content, `invalidData` when there are metadata for
  ///   more or fewer examples, `corrupt` when what is read back differs.
  package func commit(
    operation: String, message: String, ingest: Ingest? = nil, remembering name: String? = nil,
    correcting correction: Correction = Correction(), verifies: Bool,
    check: () throws(EngramError) -> Void = {}
  ) throws(EngramError) -> AppendReport {
    try finishCurrent()
    let count = finished.reduce(0) { $0 + $1.summary.exampleCount }
    guard metadata.exampleCount == count else {
      throw EngramError(
        .invalidData, "the metadata describe another number of examples than there are values for",
        expected: "\(count) examples", found: "\(metadata.exampleCount)", mend: "give one row of metadata an example")
    }
    if verifies { try verify() }
    let hash = ContentHash.hash(
      finished.map { ($0.segment.schema, $0.summary.valuesHash) }, metadata: metadata)
    if let ingest, !ingest.allowsRepeat {
      try session.read { (catalog) throws(EngramError) in
        guard let earlier = try catalog.ingested(hash) else { return }
        let all = ExampleSet(earlier.examples)
        let purged = try catalog.purgedExamples().intersection(all)
        let hidden = try catalog.hiddenExamples().intersection(all).subtracting(purged).count
        throw EngramError(
          .exists, "the same content was ingested before", file: ingest.source,
          found: "examples \(earlier.examples.lowerBound) to \(earlier.examples.upperBound - 1)"
            + (hidden > 0 ? ", \(hidden) of them hidden" : "")
            + (purged.isEmpty ? "" : ", \(purged.count) of them purged")
            + ", from \(earlier.source) at \(earlier.commit.time)",
          mend: hidden > 0
            ? "\(run: .unhide, on: session.store.path) shows hidden runs again"
            : purged.isEmpty
              ? "nothing needs to be done; to add the same examples once more, say \(set: .measurements)"
              : "leave out what was purged; or, to add the same examples once more, say \(set: .measurements)")
      }
    }
    try check()
    let planned = try session.plan(correction)
    for (segment, _) in finished { try session.publish(segment.identifier) }
    let report = try session.commit(operation: operation, message: message) {
      (catalog) throws(EngramError) -> AppendReport in
      try catalog.apply(planned)
      var first = catalog.nextExample
      let examples = try catalog.add(metadata)
      for (segment, summary) in finished {
        try catalog.addSegment(segment.extent(firstExample: first, summary))
        first += Int64(summary.exampleCount)
      }
      if let ingest { try catalog.recordIngest(contentHash: hash, source: ingest.source, examples: examples) }
      if let name { try catalog.recordIngest(contentHash: name, source: operation, examples: examples) }
      return AppendReport(
        commit: catalog.commitID, examples: examples, runs: metadata.newRunCount,
        byteCount: finished.reduce(0) { $0 + $1.summary.byteCount })
    }
    edit = planned.report(report.commit)
    return report
  }

  private func verify() throws(EngramError) {
    let total = finished.reduce(0) { $0 + $1.summary.exampleCount }
    var before = 0
    for (segment, summary) in finished {
      let reader = try session.openIncoming(segment.identifier)
      guard reader.valuesHash == summary.valuesHash, reader.exampleCount == summary.exampleCount else {
        throw EngramError(
          .corrupt, "the segment that was just written reads back differently", file: reader.path,
          expected: summary.valuesHash,
          found: reader.valuesHash, mend: "check the disk and the memory of this machine, then run the command again")
      }
      let range = before..<(before + summary.exampleCount)
      try reader.verify(work: session.options.work.part(range, of: total, unit: .things("examples")))
      before += summary.exampleCount
    }
  }

  /// Removes everything that was written.
  package func abandon() {
    current?.writer.abandon()
    session.discard(finished.map(\.segment.identifier) + (current.map { [$0.identifier] } ?? []))
    current = nil
    finished = []
  }
}
