// SegmentWriter.swift -- writes a segment file from front to back.

package import Base
import ColumnCodec
package import TrajectoryModel

/// Writes a segment file from front to back.
///
/// The chunks of a row group are encoded in parallel and written in order, so the file is the same for any number of
/// threads. After an error only ``abandon()`` makes sense; a writer that goes away unfinished deletes its file.
///
/// ```swift
/// let writer = try SegmentWriter(to: file, schema: schema, identifier: .random(), codec: .predicted, work: work)
/// try writer.append(values.span.bytes, exampleCount: 4_000)
/// let summary = try writer.finish()
/// ```
///
/// Memory: at most three row groups, about 9 MB for the published statistics at 21 epochs.
@safe package final class SegmentWriter {
  /// Examples that a thread gathers at a time.
  private static let tileExampleCount = 64

  private let schema: SegmentSchema
  /// Examples of a row group; the last may have fewer.
  package let rowGroupSize: Int
  private let file: OutputFile
  private let hasher: XXH3Hasher
  private let encoders: ParallelMemory<[ChunkEncoder]>
  private let predictions: PredictionPlan
  private var blocks = Scratch()
  /// A row group in canonical order, for the hash of one that came statistic by statistic.
  private var canonical = Scratch()
  /// The examples that do not fill a row group yet.
  private var pending: [UInt8] = []
  private let work: WorkContext
  private var exampleCount = 0
  private var directory: [UInt8] = []
  private var nonFiniteCounts: [Int]
  private var isOpen = true

  /// Begins a segment in a file that is empty.
  ///
  /// - Throws: `diskFull`, `io`.
  package convenience init(
    to file: OutputFile, schema: SegmentSchema, identifier: SegmentIdentifier, codec: SegmentCodec, work: WorkContext
  ) throws(EngramError) {
    try self.init(
      to: file, schema: schema, identifier: identifier, codec: codec, work: work,
      rowGroupSize: SegmentLimits.rowGroupSize(exampleByteCount: schema.exampleByteCount))
  }

  /// Begins a segment with row groups of a size of the caller's.
  ///
  /// - Throws: `diskFull`, `io`.
  package init(
    to file: OutputFile, schema: SegmentSchema, identifier: SegmentIdentifier, codec: SegmentCodec, work: WorkContext,
    rowGroupSize: Int
  ) throws(EngramError) {
    precondition(
      rowGroupSize >= 1 && rowGroupSize <= SegmentLimits.rowGroupSize
        && rowGroupSize * schema.epochs.count <= SegmentLimits.valuesPerChunk, "the row groups keep to the limits")
    guard let hasher = XXH3Hasher() else { throw EngramError(.limit, "no memory for a hash") }
    self.schema = schema
    self.work = work
    self.rowGroupSize = rowGroupSize
    self.hasher = hasher
    encoders = ParallelMemory((0..<work.threads).map { _ in ChunkEncoder() })
    predictions =
      switch codec {
      case .predicted: PredictionPlan(statistics: schema.statistics)
      case .independent: PredictionPlan(independent: schema.statistics.count)
      }
    nonFiniteCounts = Array(repeating: 0, count: schema.statistics.count)
    self.file = file
    do throws(EngramError) {
      try file.write(SegmentHeader(identifier: identifier).bytes)
    } catch {
      file.abandon()
      throw error
    }
  }

  deinit { abandon() }

  /// Adds examples, in the canonical order `[example][epoch][statistic]`, any number per call.
  ///
  /// - Parameters:
  ///   - values: The values, native little-endian; they need no alignment.
  ///   - count: The number of examples.
  /// - Throws: `diskFull`, `io`, and `limit` when the segment would be larger than the format allows.
  package func append(_ values: RawSpan, exampleCount count: Int) throws(EngramError) {
    try begin(values, exampleCount: count)
    hasher.update(values)
    let fullByteCount = rowGroupSize * schema.exampleByteCount
    var start = 0
    while start < values.byteCount {
      let left = values.byteCount - start
      if pending.isEmpty && left >= fullByteCount {
        try write(values.extracting(start..<(start + fullByteCount)), exampleCount: rowGroupSize)
        start += fullByteCount
        continue
      }
      let end = start + min(left, fullByteCount - pending.count)
      // SAFETY: the bytes are copied at once.
      unsafe values.extracting(start..<end).withUnsafeBytes { unsafe pending.append(contentsOf: $0) }
      start = end
      if pending.count == fullByteCount { try writePending() }
    }
  }

  /// Adds one row group whose values lie as they are encoded, `[statistic][epoch][example]`, without gaps.
  ///
  /// The file is the same as when its examples come in canonical order. Every row group but the last is a full one.
  ///
  /// - Parameters:
  ///   - values: The values, native little-endian, aligned to their type.
  ///   - count: The number of examples.
  /// - Throws: As ``append(_:exampleCount:)``.
  package func append(rowGroup values: RawSpan, exampleCount count: Int) throws(EngramError) {
    precondition(pending.isEmpty && exampleCount % rowGroupSize == 0, "every row group before is full")
    precondition(count > 0 && count <= rowGroupSize, "the examples are one row group")
    try begin(values, exampleCount: count)
    let shape = shape(exampleCount: count)
    let layout = BlockLayout(shape, statisticCount: schema.statistics.count, isDense: true)
    canonical.reserve(values.byteCount)
    let canonical = unsafe ParallelMemory(self.canonical.base)
    let exampleByteCount = schema.exampleByteCount
    try unsafe values.withBytes { (blocks) throws(EngramError) in
      try forEachTile(of: count) { examples in
        // SAFETY: tiles write disjoint examples; both regions hold the whole row group.
        unsafe layout.ungather(
          blocks.value, examples: examples, into: canonical.value + examples.lowerBound * exampleByteCount)
      }
      // SAFETY: the scratch holds the row group, and nobody writes to it meanwhile.
      hasher.update(unsafe UnsafeRawBufferPointer(start: canonical.value, count: values.byteCount).bytes)
      try write(try unsafe encode(blocks, layout, shape))
    }
  }

  /// Counts examples whose bytes are about to be written.
  private func begin(_ values: RawSpan, exampleCount count: Int) throws(EngramError) {
    precondition(isOpen, "the writer is open")
    precondition(count >= 0 && values.byteCount == count * schema.exampleByteCount, "the bytes are whole examples")
    guard count <= SegmentLimits.examples - exampleCount else {
      throw EngramError(
        .limit, "the segment would have too many examples", file: file.path, expected: "\(SegmentLimits.examples)")
    }
    exampleCount += count
  }

  /// Writes the footer, makes the file durable and closes it.
  ///
  /// - Throws: `invalidData` when no example was added, `diskFull`, `io`.
  package func finish() throws(EngramError) -> SegmentSummary {
    precondition(isOpen, "the writer is open")
    guard exampleCount > 0 else {
      throw EngramError(.invalidData, "a segment needs at least one example", file: file.path)
    }
    if !pending.isEmpty { try writePending() }
    let hash = hasher.digest
    let footer = SegmentFooter.bytes(
      schema: schema, exampleCount: exampleCount, rowGroupSize: rowGroupSize, valuesHash: hash, directory: directory)
    try file.write(footer)
    try file.write(SegmentTrailer.bytes(footer: footer))
    try file.finish()
    isOpen = false
    return SegmentSummary(
      exampleCount: exampleCount, byteCount: file.byteCount, valuesHash: hexadecimal(hash),
      nonFiniteCounts: nonFiniteCounts)
  }

  /// Closes and deletes the file; does nothing after ``finish()``.
  package func abandon() {
    guard isOpen else { return }
    isOpen = false
    file.abandon()
  }

  private func writePending() throws(EngramError) {
    var bytes: [UInt8] = []
    swap(&bytes, &pending)
    try write(unsafe bytes.span.bytes, exampleCount: bytes.count / schema.exampleByteCount)
    // The memory serves the next row group.
    bytes.removeAll(keepingCapacity: true)
    swap(&bytes, &pending)
  }

  /// Puts a row group in order, encodes it in parallel and writes it.
  private func write(_ values: RawSpan, exampleCount: Int) throws(EngramError) {
    let shape = shape(exampleCount: exampleCount)
    let layout = BlockLayout(shape, statisticCount: schema.statistics.count)
    self.blocks.reserve(layout.byteCount)
    let blocks = unsafe ParallelMemory(self.blocks.base)
    try unsafe values.withBytes { (source) throws(EngramError) in
      try forEachTile(of: exampleCount) { examples in
        // SAFETY: tiles write disjoint examples; both regions hold the whole row group.
        unsafe layout.gather(source.value, examples: examples, into: blocks.value)
      }
    }
    try write(try unsafe encode(ParallelMemory(UnsafeRawPointer(blocks.value)), layout, shape))
  }

  /// Writes the chunks of a row group in order.
  private func write(_ chunks: [EncodedChunk]) throws(EngramError) {
    for (statistic, chunk) in chunks.enumerated() {
      directory.append(contentsOf: ChunkEntry.bytes(of: chunk, offset: file.byteCount))
      nonFiniteCounts[statistic] += chunk.zone.count - chunk.zone.finiteCount
      try file.write(chunk.bytes)
    }
  }

  private func shape(exampleCount: Int) -> ChunkShape {
    ChunkShape(epochCount: schema.epochs.count, exampleCount: exampleCount, elementType: schema.elementType)
  }

  /// Runs a loop over a few examples of a row group at a time.
  private func forEachTile(of exampleCount: Int, _ body: @Sendable (Range<Int>) -> Void) throws(EngramError) {
    let size = Self.tileExampleCount
    try parallelFor(count: (exampleCount + size - 1) / size, work: work) {
      (tile, _) throws(EngramError) in body((tile * size)..<min(exampleCount, (tile + 1) * size))
    }
  }

  /// Encodes the blocks of a row group in parallel.
  ///
  /// - Parameters:
  ///   - blocks: The values, a block for each statistic.
  ///   - layout: Where the blocks lie.
  ///   - shape: The shape of each.
  /// - Returns: For each statistic its chunk.
  /// - Throws: ``EngramError`` with code `limit` when there is no memory, `cancelled` when asked to stop.
  @unsafe private func encode(
    _ blocks: ParallelMemory<UnsafeRawPointer>, _ layout: BlockLayout, _ shape: ChunkShape
  ) throws(EngramError) -> [EncodedChunk] {
    let (encoders, predictions) = (self.encoders, self.predictions)
    let results = PartResults<EncodedChunk>(count: schema.statistics.count)
    try parallelFor(count: schema.statistics.count, work: work) {
      (statistic, worker) throws(EngramError) in
      try ForkGate.inside { () throws(EngramError) in
        // SAFETY: each statistic has a block of its own, each worker an encoder of its own.
        let block = unsafe blocks.value + layout.offset(of: statistic)
        let chunk = unsafe try encoders.value[worker].encode(block, shape: shape, trial: predictions.trials[statistic])
        {
          unsafe blocks.value + layout.offset(of: $0)
        }
        results.set(statistic, chunk)
      }
    }
    return results.inOrder
  }
}
