// TrajectoryStore+Append.swift -- adding recordings: many at once make a segment, a few are staged in the catalog.

public import Base
import Catalog
import SegmentFile
import TrajectoryModel

extension TrajectoryStore {
  /// Appends of fewer examples are staged in the catalog first; a segment of fewer would compress badly.
  static let stagingLimit = 1_024

  /// Appends of as many bytes become a segment however few examples they are.
  static let stagingByteLimit = 64 << 20

  /// Staged examples that are flushed into segments once there are as many: about ten row groups.
  static let flushLimit = 8_192

  /// Staged bytes that are flushed into segments however few examples they are.
  static let flushByteLimit = 256 << 20

  /// Adds recordings, in one commit.
  ///
  /// ```swift
  /// let report = try store.append([recording], epochs: [0, 5, 10], statistics: ["weightabs_mean", "weightabs_var"])
  /// print(report.examples)  // 0..<2
  /// ```
  ///
  /// - Parameters:
  ///   - recordings: Each becomes a run of its own; all have the same type of values.
  ///   - epochs: The epochs of all of them, ascending.
  ///   - statistics: The names of the statistics of all of them.
  ///   - options: How to wait and work.
  /// - Returns: What was added, and under which ids.
  /// - Throws: ``EngramError`` with code `invalidData` when values do not fill [layers][epochs][statistics] or do not
  ///   fit their field's type, `exists` when a run equals a stored one, or another of them, in what the store declares to tell
  ///   runs apart, `busy`, `diskFull`, `io`, `cancelled`.
  public func append(
    _ recordings: [Recording], epochs: [Double], statistics: [String], options: WriteOptions = WriteOptions()
  ) throws(EngramError) -> AppendReport {
    try append(
      recordings, epochs: epochs, statistics: statistics, operation: "append", contentHash: nil, options: options)
  }

  /// Adds recordings, in one commit.
  ///
  /// - Parameters:
  ///   - recordings: As there.
  ///   - epochs: As there.
  ///   - statistics: As there.
  ///   - operation: One word for the commit log.
  ///   - contentHash: What the store remembers them by, so that they are not added twice; nil for nothing.
  ///   - options: As there.
  ///   - storedRun: The stored run that the only recording is of, asked during the writer's turn.
  /// - Returns: What was added, and under which ids.
  /// - Throws: As there, and code `exists` when the store remembers them.
  func append(
    _ recordings: [Recording], epochs: [Double], statistics: [String], operation: String, contentHash: String?,
    options: WriteOptions, of storedRun: () throws(EngramError) -> Int64? = { nil }
  ) throws(EngramError) -> AppendReport {
    guard let first = recordings.first else {
      throw EngramError(.usage, "there is nothing to append", expected: "at least one recording", found: "none")
    }
    let schema = try SegmentSchema(epochs: epochs, statistics: statistics, elementType: first.values.elementType)
    for (index, recording) in recordings.enumerated() { try check(recording, index, schema) }
    let given = Self.metadata(of: recordings)
    return try write("append", options: options) { (session) throws(EngramError) in
      let metadata = given.ofStoredRun(try storedRun())
      try session.read { (catalog) throws(EngramError) in try requireApart(metadata, in: catalog) }
      let message = "\(recordings.count) runs, \(metadata.exampleCount) examples"
      let byteCount = recordings.reduce(0) { $0 + $1.values.count } * schema.elementType.byteCount
      // What is remembered is one run, which is staged however many layers it has.
      if (metadata.exampleCount < Self.stagingLimit || contentHash != nil) && byteCount < Self.stagingByteLimit {
        return try stage(recordings, schema, metadata, message, operation, contentHash, in: session)
      }
      let known = try session.read { (catalog) throws(EngramError) in
        try contentHash.flatMap { (hash) throws(EngramError) in try catalog.ingested(hash) }
      }
      if let known { throw isPart(known) }
      let appender = try Appender(
        session, metadata, epochs: epochs, statistics: statistics, elementType: schema.elementType)
      do throws(EngramError) {
        for recording in recordings {
          try recording.values.withBytes { (bytes) throws(EngramError) in
            try appender.append(bytes, exampleCount: recording.layers.count)
          }
        }
        return try appender.commit(
          operation: operation, message: message, remembering: contentHash, verifies: false)
      } catch {
        appender.abandon()
        throw error
      }
    }
  }

  /// The error for a recorded run that the store has.
  private func isPart(_ known: IngestRecord) -> EngramError {
    EngramError(
      .exists, "the run is part of the store already", file: path,
      found: "examples \(known.examples.lowerBound) to \(known.examples.upperBound - 1)")
  }

  private func stage(
    _ recordings: [Recording], _ schema: SegmentSchema, _ metadata: AppendMetadata, _ message: String,
    _ operation: String, _ contentHash: String?, in session: WriteSession
  ) throws(EngramError) -> AppendReport {
    var bytes: [UInt8] = []
    var nonFinite: Set<Int> = []
    for recording in recordings {
      try recording.values.withBytes { (span) throws(EngramError) in
        // SAFETY: the buffer is copied before the closure returns.
        unsafe span.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
      }
      for index in recording.values.nonFiniteIndices { nonFinite.insert(index % schema.statistics.count) }
    }
    let hash = unsafe XXH3.hash128(bytes.span.bytes)
    let report = try session.commit(operation: operation, message: message) {
      (catalog) throws(EngramError) -> AppendReport in
      if let contentHash, let known = try catalog.ingested(contentHash) { throw isPart(known) }
      let examples = try catalog.add(metadata)
      if let contentHash {
        try catalog.recordIngest(contentHash: contentHash, source: operation, examples: examples)
      }
      _ = try catalog.addStaged(
        Extent(
          firstExample: examples.lowerBound, exampleCount: Int64(examples.count), place: .staged(id: 0),
          epochs: schema.epochs, statistics: schema.statistics, elementType: schema.elementType,
          nonFiniteStatistics: nonFinite.sorted(), valuesHash: hash), values: bytes)
      return AppendReport(commit: catalog.commitID, examples: examples, runs: metadata.newRunCount, byteCount: 0)
    }
    let staged = try? session.read { (catalog) throws(EngramError) in try catalog.extents().filter(\.isStaged) }
    // The append is committed, so it has succeeded, whatever becomes of the flush; the next append tries again.
    if let staged,
      staged.reduce(0, { $0 + Int($1.exampleCount) }) >= Self.flushLimit
        || staged.reduce(0, { $0 + $1.byteCount }) >= Self.flushByteLimit
    {
      _ = try? session.rewrite(where: \.isStaged, operation: "flush")
    }
    return report
  }

  private func check(_ recording: Recording, _ index: Int, _ schema: SegmentSchema) throws(EngramError) {
    let count = recording.layers.count * schema.epochs.count * schema.statistics.count
    guard recording.values.elementType == schema.elementType, recording.values.count == count, count > 0 else {
      throw EngramError(
        .invalidData, "a recording does not fill its shape", place: "recording \(index)",
        expected:
          "\(recording.layers.count) layers x \(schema.epochs.count) epochs x \(schema.statistics.count) statistics = \(count) \(schema.elementType.name) values",
        found: "\(recording.values.count) \(recording.values.elementType.name) values",
        mend: "give values in the order [layer][epoch][statistic], all of one type")
    }
    guard recording.condition.noiseSD.isFinite else {
      throw EngramError(
        .invalidData, "a run cannot be observed so", place: "recording \(index)", expected: "a finite noise",
        found: "\(recording.condition.noiseSD)")
    }
    let names = recording.layers.map(\.name)
    guard Set(names).count == names.count else {
      throw EngramError(
        .invalidData, "a layer stands twice in a recording", place: "recording \(index)",
        found: names.joined(separator: ", "), mend: "give a second measurement of a run as a recording of its own")
    }
  }

  private static func metadata(of recordings: [Recording]) -> AppendMetadata {
    var values: [String: [MetadataValue]] = [:]
    for recording in recordings {
      for (name, value) in recording.metadata { values[name, default: []].append(value) }
    }
    var fields: [MetadataField] = []
    for (name, values) in values.sorted(by: { $0.key < $1.key }) {
      fields.append(MetadataField(name: name, type: MetadataType(narrowestFor: values)))
    }
    return AppendMetadata(
      fields: fields,
      runs: recordings.map { recording in fields.map { recording.metadata[$0.name] ?? .null } },
      observations: recordings.enumerated().map {
        AppendMetadata.Observation(run: $0, layers: $1.layers, condition: $1.condition)
      }, metrics: recordings.map(\.metrics))
  }
}

extension Extent {
  /// Whether the values still lie in the catalog.
  var isStaged: Bool {
    if case .staged = place { true } else { false }
  }
}

extension TrajectoryValues {
  /// Lends the native bytes of the values.
  func withBytes<R>(_ body: (RawSpan) throws(EngramError) -> R) throws(EngramError) -> R {
    // SAFETY: numbers have no padding, so each of their bytes is initialised.
    switch self {
    case .float32(let values): try unsafe body(values.span.bytes)
    case .float64(let values): try unsafe body(values.span.bytes)
    }
  }

  /// Where a NaN or an infinity stands.
  var nonFiniteIndices: [Int] {
    switch self {
    case .float32(let values): values.indices.filter { !values[$0].isFinite }
    case .float64(let values): values.indices.filter { !values[$0].isFinite }
    }
  }
}
