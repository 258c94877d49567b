// Ingest.swift -- from opened input files to a commit of a store: streamed, verified, all or nothing.

package import Base
import Formats
import Glibc
public import TrajectoryModel
public import TrajectoryStore

/// How an ingest goes about its work.
public struct IngestOptions: Sendable {
  /// The columns that tell runs apart, or nil for all.
  public var runFields: [String]?
  /// Whether content that was ingested before is taken in again.
  public var allowsRepeat: Bool
  /// Whether what was written is read back and compared by the hash of every value's bits.
  public var verifies: Bool
  /// How the writer waits and works.
  public var write: WriteOptions

  /// Makes options; by default an ingest verifies and refuses repeats.
  public init(
    runFields: [String]? = nil, allowsRepeat: Bool = false, verifies: Bool = true, write: WriteOptions = WriteOptions()
  ) {
    self.runFields = runFields
    self.allowsRepeat = allowsRepeat
    self.verifies = verifies
    self.write = write
  }
}

/// What an ingest brought in.
public struct IngestReport: Sendable, Hashable {
  /// What was appended, and under which ids.
  public let append: AppendReport
  /// The number of measurements of the runs.
  public let observations: Int
  /// The statistics of every example.
  public let statistics: [String]
  /// The epochs of every example.
  public let epochs: [Double]
  /// The type of the values.
  public let elementType: ElementType
  /// What kind of file the input was.
  public let format: String
  /// The fields that describe runs, with the types that their values have.
  public let fields: [MetadataField]
  /// What a user should know about how the input was understood.
  public let notes: [String]

  /// Bytes of the values before compression.
  public var valueBytes: Int { append.examples.count * statistics.count * epochs.count * elementType.byteCount }
}

/// From opened input files to a commit of a store.
package enum Ingest {
  /// Row groups that a thread reads at a time: about 12 MB of Float64 for 45 statistics at 21 epochs.
  private static let rowGroupsAtATime = 2

  /// The epochs of the published file, which does not name them (paper Appendix A: every 5 of 100).
  static let publishedEpochs = Array(stride(from: 0.0, through: 100, by: 5))

  /// Adds an input to a store, in one commit; a store that does not exist is made, and removed again on failure.
  ///
  /// - Throws: ``EngramError`` with code `exists` when the same content is there already, `invalidData` when the parts
  ///   of the input do not fit each other or the store, and whatever reading and writing throw.
  package static func run(
    _ input: IngestInput, into path: String, options: IngestOptions
  ) throws(EngramError) -> IngestReport {
    let (store, isNew) = try TrajectoryStore.openOrCreate(at: path)
    do throws(EngramError) {
      return try add(input, to: store, options: options)
    } catch {
      if isNew { try? store.removeIfEmpty() }
      throw error
    }
  }

  private static func add(
    _ input: IngestInput, to store: TrajectoryStore, options: IngestOptions
  ) throws(EngramError) -> IngestReport {
    let blocks = try ExampleBlocks(input.values, file: input.source)
    var notes = input.notes
    let epochs = try epochs(of: input, count: blocks.epochCount, notes: &notes)
    guard input.statistics.count == blocks.statisticCount else {
      throw EngramError(
        .invalidData, "the names of the statistics do not fit the values", file: input.source,
        place: "array \(input.values.name)", expected: "\(blocks.statisticCount) names",
        found: "\(input.statistics.count)",
        mend: "name every statistic once, in the order of the last axis")
    }
    let grouping = try RunGrouping(input, rowCount: blocks.exampleCount, runFields: options.runFields)
    notes += grouping.notes
    let metadata = grouping.metadata
    let report = try store.write("ingest of \(input.source)", options: options.write) {
      (session) throws(EngramError) -> AppendReport in
      let appender = try appender(
        session, metadata, epochs: epochs, statistics: input.statistics, elementType: blocks.elementType, of: input)
      do throws(EngramError) {
        try stream(blocks, into: appender, options: options)
        return try appender.commit(
          operation: "ingest",
          message: "\(metadata.runs.count) runs, \(blocks.exampleCount) examples from \(input.source)",
          ingest: Appender.Ingest(source: input.source, allowsRepeat: options.allowsRepeat),
          verifies: options.verifies)
      } catch {
        appender.abandon()
        throw error
      }
    }
    return IngestReport(
      append: report, observations: metadata.observations.count, statistics: input.statistics, epochs: epochs,
      elementType: blocks.elementType, format: input.format, fields: metadata.fields, notes: notes)
  }

  /// Starts an append; what does not fit the store is refused with the name of the file.
  private static func appender(
    _ session: WriteSession, _ metadata: AppendMetadata, epochs: [Double], statistics: [String],
    elementType: ElementType, of input: IngestInput
  ) throws(EngramError) -> Appender {
    do throws(EngramError) {
      return try Appender(session, metadata, epochs: epochs, statistics: statistics, elementType: elementType)
    } catch {
      throw error.inFile(input.metadataSource)
    }
  }

  private static func stream(
    _ blocks: ExampleBlocks, into appender: Appender, options: IngestOptions
  ) throws(EngramError) {
    // Whole row groups, so that they are encoded from where they were read.
    let partSize = rowGroupsAtATime * appender.rowGroupSize
    var reader = ParallelBlocks(blocks, partSize: partSize, work: options.write.work)
    var done = 0
    while true {
      try options.write.work.checkCancelled("the ingest was stopped; the store is as it was before")
      let count = try reader.next { (values, count) throws(EngramError) in
        try appender.append(values, exampleCount: count)
      }
      if count == 0 { return }
      done += count
      options.write.work.report("ingesting", done, of: blocks.exampleCount)
    }
  }

  private static func epochs(
    of input: IngestInput, count: Int, notes: inout [String]
  ) throws(EngramError) -> [Double] {
    if let epochs = input.epochs {
      guard epochs.count == count else {
        throw EngramError(
          .invalidData, "the epochs do not fit the values", file: input.source, place: "array \(input.values.name)",
          expected: "\(count) epochs", found: "\(epochs.count)",
          mend: "give one epoch for each index of the second axis, such as \(set: .epochs, to: "0:100:5")")
      }
      return epochs
    }
    if count == publishedEpochs.count { return publishedEpochs }
    notes.append("the input does not name its \(count) epochs; they are numbered 0 to \(count - 1)")
    return (0..<count).map(Double.init)
  }
}
