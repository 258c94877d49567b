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
/// let writer = try SegmentWriter(creating: path, schema: schema, identifier: .random(), codec: .predicted, threads: 2)
/// try writer.append(values.span.bytes, exampleCount: 4_000)
/// let summary = try writer.finish()
/// ```
///
/// Memory: at most three row groups, about 9 MB for the published statistics at 21 epochs.
@safe package final class SegmentWriter {
  /// Examples that a thread gathers at a time.
  private static let tileExampleCount = 64

  private let schema: SegmentSchema
  private let rowGroupSize: Int
  private let file: NewFile
  private let hasher: XXH3Hasher
  private let encoders: ParallelMemory<[ChunkEncoder]>
  private let predictions: PredictionPlan
  private var blocks = Scratch()
  /// The examples that do not fill a row group yet.
  private var pending: [UInt8] = []
  private var exampleCount = 0
  private var directory: [UInt8] = []
  private var nonFiniteCounts: [Int]
  private var isOpen = true

  /// Creates a file, which must not exist yet.
  ///
  /// - Throws: `exists`, `notFound`, `diskFull`, `io`.
  package convenience init(
    creating path: String, schema: SegmentSchema, identifier: SegmentIdentifier, codec: SegmentCodec, threads: Int
  ) throws(EngramError) {
    try self.init(
      creating: path, schema: schema, identifier: identifier, codec: codec, threads: threads,
      rowGroupSize: SegmentLimits.rowGroupSize(exampleByteCount: schema.exampleByteCount))
  }

  /// Creates a file with row groups of a size of the caller's.
  ///
  /// - Throws: `exists`, `notFound`, `diskFull`, `io`.
  package init(
    creating path: String, schema: SegmentSchema, identifier: SegmentIdentifier, codec: SegmentCodec, threads: Int,
    rowGroupSize: Int
  ) throws(EngramError) {
    precondition(
      rowGroupSize >= 1 && rowGroupSize <= SegmentLimits.rowGroupSize
        && rowGroupSize * schema.epochs.count <= SegmentLimits.valuesPerChunk, "the row groups keep to the limits")
    guard let hasher = XXH3Hasher() else { throw EngramError(.limit, "no memory for a hash") }
    self.schema = schema
    self.rowGroupSize = rowGroupSize
    self.hasher = hasher
    encoders = ParallelMemory((0..<max(1, threads)).map { _ in ChunkEncoder() })
    predictions =
      switch codec {
      case .predicted: PredictionPlan(statistics: schema.statistics)
      case .independent: PredictionPlan(independent: schema.statistics.count)
      }
    nonFiniteCounts = Array(repeating: 0, count: schema.statistics.count)
    file = try NewFile(creating: path)
    do throws(EngramError) {
      try file.append(SegmentHeader(identifier: identifier).bytes)
    } catch {
      file.delete()
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
    precondition(isOpen, "the writer is open")
    precondition(count >= 0 && values.byteCount == count * schema.exampleByteCount, "the bytes are whole examples")
    guard count <= SegmentLimits.examples - exampleCount else {
      throw EngramError(
        .limit, "the segment would have too many examples", file: file.path, expected: "\(SegmentLimits.examples)")
    }
    hasher.update(values)
    exampleCount += count
    let exampleByteCount = schema.exampleByteCount
    let fullByteCount = rowGroupSize * exampleByteCount
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
    try file.append(footer)
    try file.append(SegmentTrailer.bytes(footer: footer))
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
    file.delete()
  }

  private func writePending() throws(EngramError) {
    var bytes: [UInt8] = []
    swap(&bytes, &pending)
    try write(unsafe bytes.span.bytes, exampleCount: bytes.count / schema.exampleByteCount)
    // The memory serves the next row group.
    bytes.removeAll(keepingCapacity: true)
    swap(&bytes, &pending)
  }

  /// Encodes a row group in parallel and writes it in order.
  private func write(_ values: RawSpan, exampleCount: Int) throws(EngramError) {
    let chunks = try encode(values, exampleCount: exampleCount)
    for (statistic, chunk) in chunks.enumerated() {
      directory.append(contentsOf: ChunkEntry.bytes(of: chunk, offset: file.byteCount))
      nonFiniteCounts[statistic] += chunk.zone.count - chunk.zone.finiteCount
      try file.append(chunk.bytes)
    }
  }

  private func encode(_ values: RawSpan, exampleCount: Int) throws(EngramError) -> [EncodedChunk] {
    let shape = ChunkShape(
      epochCount: schema.epochs.count, exampleCount: exampleCount, elementType: schema.elementType)
    let statisticCount = schema.statistics.count
    let layout = BlockLayout(shape, statisticCount: statisticCount)
    blocks.reserve(layout.byteCount)
    let blocks = unsafe ParallelMemory(self.blocks.base)
    let threads = encoders.value.count
    let tileCount = (exampleCount + Self.tileExampleCount - 1) / Self.tileExampleCount
    try unsafe values.withBytes { (source) throws(EngramError) in
      try parallelFor(count: tileCount, threads: threads) { (tile, _) throws(EngramError) in
        let first = tile * Self.tileExampleCount
        let end = min(exampleCount, first + Self.tileExampleCount)
        // SAFETY: tiles write disjoint examples; both regions hold the whole row group.
        unsafe layout.gather(source.value, examples: first..<end, into: blocks.value)
      }
    }
    let (encoders, predictions) = (self.encoders, self.predictions)
    let results = ParallelSlots<EncodedChunk>(count: statisticCount)
    try parallelFor(count: statisticCount, threads: threads) { (statistic, worker) throws(EngramError) in
      // SAFETY: each statistic has a block and a slot of its own, each worker an encoder of its own.
      let block = unsafe UnsafeRawPointer(blocks.value + layout.offset(of: statistic))
      let chunk = unsafe try encoders.value[worker].encode(block, shape: shape, trial: predictions.trials[statistic]) {
        unsafe UnsafeRawPointer(blocks.value + layout.offset(of: $0))
      }
      results.set(statistic, chunk)
    }
    return results.values
  }
}

extension RawSpan {
  /// Hands out the address of the bytes to a parallel loop that reads them.
  fileprivate func withBytes(
    _ body: (ParallelMemory<UnsafeRawPointer>) throws(EngramError) -> Void
  ) throws(EngramError) {
    let outcome = unsafe withUnsafeBytes { bytes -> EngramError? in
      guard let base = bytes.baseAddress else { return nil }
      do throws(EngramError) {
        // SAFETY: the body ends before the closure does.
        unsafe try body(ParallelMemory(base))
        return nil
      } catch {
        return error
      }
    }
    if let outcome { throw outcome }
  }
}

/// The results of a parallel loop, one slot per iteration.
@safe private final class ParallelSlots<Value: Sendable>: @unchecked Sendable {
  // Unchecked: each iteration writes its own slot, and they are read after the loop.
  private let slots: UnsafeMutableBufferPointer<Value?>

  init(count: Int) {
    unsafe slots = .allocate(capacity: count)
    unsafe slots.initialize(repeating: nil)
  }

  deinit {
    unsafe slots.deinitialize()
    unsafe slots.deallocate()
  }

  /// Fills a slot.
  func set(_ index: Int, _ value: Value) { unsafe slots[index] = value }

  /// The values in order.
  var values: [Value] { unsafe slots.compactMap { $0 } }
}
