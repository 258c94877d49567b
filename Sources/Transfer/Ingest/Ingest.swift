// Ingest.swift -- from opened input files to a commit of a store: streamed, verified, all or nothing.

package import Base
import Formats
public import TrajectoryModel
public import TrajectoryStore

/// How an ingest goes about its work.
public struct IngestOptions: Sendable {
  /// The fields that tell runs apart, or nil for all.
  public var runFields: [String]?
  /// What becomes of layers of runs that are stored already.
  public var repeats: RepeatPolicy
  /// Whether what was written is read back and compared by the hash of every value's bits.
  public var verifies: Bool
  /// How the writer waits and works.
  public var write: WriteOptions

  /// Makes options; by default an ingest verifies and refuses what is stored already.
  public init(
    runFields: [String]? = nil, repeats: RepeatPolicy = .ask, verifies: Bool = true,
    write: WriteOptions = WriteOptions()
  ) {
    self.runFields = runFields
    self.repeats = repeats
    self.verifies = verifies
    self.write = write
  }
}

/// What an ingest brought in.
public struct IngestReport: Sendable, Equatable {
  /// What was appended, and under which ids.
  public let append: AppendReport
  /// The number of measurements of the runs.
  public let observations: Int
  /// What was understood of the input.
  public let preview: IngestPreview

  /// The statistics of the first examples; of all, unless the preview has several parts.
  public var statistics: [String] { preview.parts.first?.statistics ?? [] }
  /// The epochs of the first examples; of all, unless the preview has several parts.
  public var epochs: [Double] { preview.parts.first?.epochs ?? [] }
  /// The type of the values.
  public var elementType: ElementType { preview.parts.first?.elementType ?? .float32 }
  /// What kind of file the input was.
  public var format: String { preview.format }
  /// What a user should know about how the input was understood.
  public var notes: [String] { preview.notes }

  /// Bytes of the values before compression.
  public var valueBytes: Int {
    preview.parts.reduce(0) { $0 + $1.examples * $1.statistics.count * $1.epochs.count * $1.elementType.byteCount }
  }
}

/// From opened input files to a commit of a store.
package enum Ingest {
  /// Row groups that a thread reads at a time: about 12 MB of Float64 for 45 statistics at 21 epochs.
  private static let rowGroupsAtATime = 2

  /// Adds an input to a store, in one commit; a store that does not exist is made, and removed again on failure.
  ///
  /// - Throws: ``EngramError`` with code `exists` when the same content is there already, `invalidData` when the parts
  ///   of the input do not fit each other or the store, and whatever reading and writing throw.
  package static func run(
    _ input: IngestInput, into path: String, options: IngestOptions
  ) throws(EngramError) -> IngestReport {
    let (store, isNew) = try TrajectoryStore.openOrCreate(at: path)
    do throws(EngramError) {
      return try store.write("ingest of \(input.source)", options: options.write) {
        (session) throws(EngramError) -> IngestReport in
        // The store cannot change during the writer's turn.
        try add(try IngestPlan(input, options: options, snapshot: try store.snapshot()), in: session, options)
      }
    } catch {
      if isNew { try? store.removeIfEmpty() }
      // Whoever was at work when it was stopped does not know what that leaves behind.
      guard error.code == .cancelled else { throw error }
      let outcome = isNew ? "no store was made" : "the store is as it was before"
      throw EngramError(.cancelled, "the ingest was stopped; \(outcome)")
    }
  }

  /// Says what ``run(_:into:options:)`` would do, and changes nothing.
  ///
  /// - Throws: As that, but for what the store has already: that is the preview's refusal.
  package static func preview(
    _ input: IngestInput, into path: String, options: IngestOptions
  ) throws(EngramError) -> IngestPreview {
    let store = TrajectoryStore.exists(at: path) ? try TrajectoryStore(opening: path) : nil
    let snapshot = try store?.snapshot()
    let plan = try IngestPlan(input, options: options, snapshot: snapshot)
    var preview = plan.preview
    preview.refusal = try plan.misfit(with: try snapshot?.fields() ?? MetadataField.standard)
    guard preview.refusal == nil, let store, let snapshot else { return preview }
    let (prints, work) = (try fingerprints(plan, options), options.write.work)
    let matches = try prints.matches(in: snapshot, work: work)
    preview.storedTrajectories = matches.count
    preview.refusal = plan.hiddenConflict
    if preview.refusal != nil { return preview }
    guard options.repeats == .update else {
      preview.refusal = try plan.conflict(matches, in: snapshot)
      if preview.refusal == nil, options.repeats == .ask {
        preview.refusal = try plan.hiddenConflict(prints, rows: plan.unknownRows, in: snapshot, work: work)
      }
      if preview.refusal == nil { preview.warnings += plan.warnings(of: matches) }
      return preview
    }
    do throws(EngramError) {
      let corrected = try CorrectionPlan(plan, matches, in: snapshot)
      if let hidden = try plan.hiddenConflict(prints, rows: corrected.unknownRows, in: snapshot, work: work) {
        throw hidden
      }
      preview.notes += try corrected.notes(plan, in: snapshot, options)
      preview.correction = corrected.summary(
        try store.edit(corrected.correction.edits, adding: corrected.correction.newFields, isTrial: true))
    } catch {
      preview.refusal = error
    }
    return preview
  }

  private static func add(
    _ plan: IngestPlan, in session: WriteSession, _ options: IngestOptions
  ) throws(EngramError) -> IngestReport {
    let metadata = plan.metadata
    if let hidden = plan.hiddenConflict { throw hidden }
    if options.repeats == .update {
      let snapshot = try session.snapshot()
      if snapshot.exampleEnd > 0 { return try correct(plan, snapshot, in: session, options) }
    }
    var preview = plan.preview
    var prints = TrajectoryFingerprints()
    let stored = options.repeats == .ask ? try session.snapshot() : nil
    let snapshot = stored.flatMap { $0.exampleEnd > 0 ? $0 : nil }
    let appender = try appender(session, plan, metadata)
    do throws(EngramError) {
      var done = 0
      for (index, part) in plan.parts.enumerated() {
        if index > 0 {
          try appender.begin(
            epochs: part.epochs, statistics: part.statistics, elementType: part.blocks.elementType)
        }
        prints.begin(
          statistics: part.statistics, epochs: part.epochs, elementType: part.blocks.elementType,
          isOpen: plan.input.hasOpenType, isText: plan.input.isText)
        try stream(
          part.blocks, rowGroupSize: appender.rowGroupSize, options: options, done: done, of: metadata.exampleCount
        ) { (values, count) throws(EngramError) in
          try appender.append(values, exampleCount: count)
          if snapshot != nil { prints.add(values, exampleCount: count) }
        }
        done += part.blocks.exampleCount
      }
      let report = try appender.commit(
        operation: "ingest",
        message: "\(metadata.runs.count) runs, \(metadata.exampleCount) examples from \(plan.input.source)",
        ingest: Appender.Ingest(source: plan.input.source, allowsRepeat: options.repeats != .ask),
        verifies: options.verifies
      ) { () throws(EngramError) in
        guard let snapshot else { return }
        let matches = try prints.matches(in: snapshot, work: options.write.work)
        if let conflict = try plan.conflict(matches, in: snapshot) { throw conflict }
        if let hidden = try plan.hiddenConflict(
          prints, rows: plan.unknownRows, in: snapshot, work: options.write.work)
        {
          throw hidden
        }
        preview.storedTrajectories = matches.count
        preview.warnings += plan.warnings(of: matches)
      }
      return IngestReport(append: report, observations: metadata.observations.count, preview: preview)
    } catch {
      appender.abandon()
      throw error
    }
  }

  /// Starts an append; what does not fit the store is refused with the name of the file.
  static func appender(
    _ session: WriteSession, _ plan: IngestPlan, _ metadata: AppendMetadata
  ) throws(EngramError) -> Appender {
    do throws(EngramError) {
      guard let first = plan.parts.first else {
        throw EngramError(.invalidData, "the input holds no examples", file: plan.input.source)
      }
      return try Appender(
        session, metadata, epochs: first.epochs, statistics: first.statistics,
        elementType: first.blocks.elementType)
    } catch {
      throw error.inFile(plan.input.metadataSource)
    }
  }

  /// Reads the values of a part block by block.
  static func stream(
    _ blocks: ExampleBlocks, rowGroupSize: Int, options: IngestOptions, done before: Int, of total: Int,
    _ body: (_ values: RawSpan, _ exampleCount: Int) throws(EngramError) -> Void
  ) throws(EngramError) {
    // Whole row groups, so that they are encoded from where they were read.
    var reader = ParallelBlocks(blocks, partSize: rowGroupsAtATime * rowGroupSize, work: options.write.work)
    var done = before
    while true {
      try options.write.work.checkCancelled()
      let count = try reader.next(body)
      if count == 0 { return }
      done += count
      if total > 0 { options.write.work.report("ingesting", done, of: total) }
    }
  }
}
