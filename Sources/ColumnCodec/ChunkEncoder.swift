// ChunkEncoder.swift -- turns the values of a chunk into as few bytes as the closed list of codecs allows.

import CKernels
import CZstd
import Glibc
package import TrajectoryModel

/// A chunk, encoded.
package struct EncodedChunk: Sendable {
  /// The bytes that go into the file.
  package let bytes: [UInt8]
  /// How they are to be read.
  package let storage: ChunkStorage
  /// The range of the values.
  package let zone: ZoneMap
}

/// Turns the values of a chunk into bytes; keeps its memory from chunk to chunk.
///
/// The same values give the same bytes with the same version of zstd, whatever was encoded before.
@safe package final class ChunkEncoder {
  /// The zstd level: higher levels gain 0.5 % on trajectories and take several times as long.
  static let compressionLevel: Int32 = 3
  /// What a coded byte must save, as a share of a byte, where statistics are mostly read to fill matrices.
  ///
  /// Decoding prefix codes costs about as much as all else together; benchmarks/store measures what this costs in size.
  static let worthCoding = 0.25
  /// The same for statistics that favor size.
  static let worthCodingForSize = 0.03
  /// Bytes that zstd must save over prefix codes in a chunk to be worth starting, and the share of the bytes.
  static let worthFrame = (bytes: 1024, share: 0.1)
  /// Copies are marked where they save more than the marks cost: one example in this many.
  static let examplesPerCopy = 64

  private let context: OpaquePointer?
  private var narrowed = Scratch()
  private var narrowedSource = Scratch()
  private var copied = Scratch()
  private var codes = Scratch()
  private var doubles = Scratch()
  private var words = Scratch()
  private var best = PlaneLayout()
  private var trial = PlaneLayout()
  private var rows = Scratch()
  private var frame = Scratch()
  /// `c * log2(c)` for every number of examples so far.
  private var countLog: [Double] = [0, 0]

  /// Makes an encoder.
  package init() { unsafe context = ZSTD_createCCtx() }

  deinit { unsafe ZSTD_freeCCtx(context) }

  /// Encodes a block of `[epoch][example]`.
  ///
  /// - Parameters:
  ///   - block: The values, aligned to their type.
  ///   - shape: What they are; neither axis is empty.
  ///   - trial: What to predict them from; by default each value stands for itself.
  ///   - operand: The block of another statistic of the same shape, by its index.
  /// - Returns: The smallest of the encodings on the closed list, by the estimated size of each, or the values
  ///   themselves where that is no larger.
  /// - Throws: `limit` when zstd has no memory.
  @unsafe package func encode(
    _ block: UnsafeRawPointer, shape: ChunkShape, trial plan: PredictionPlan.Trial = PredictionPlan.Trial(),
    operand: (Int) -> UnsafeRawPointer? = { _ in nil }
  ) throws(EngramError) -> EncodedChunk {
    precondition(shape.epochCount > 0 && shape.exampleCount > 0, "a chunk has values")
    extendCountLog(to: shape.exampleCount)
    let zone = unsafe ZoneMap(block, count: shape.valueCount, elementType: shape.elementType)
    let isNarrowed = unsafe shape.elementType == .float64 && narrow(block, shape, into: &narrowed)
    let stored = shape.stored(isNarrowed: isNarrowed)
    let values = unsafe isNarrowed ? UnsafeRawPointer(narrowed.base) : block
    var storage = ChunkStorage(codec: .planes, isNarrowed: isNarrowed)
    var copies: (source: UnsafeRawPointer, count: Int)?
    if let index = plan.copySource, let source = unsafe operand(index) {
      unsafe copies = findCopies(values, of: source, shape: shape, isNarrowed: isNarrowed)
      if unsafe copies != nil { storage.copySource = index }
    }
    unsafe try choose(values, stored, plan, copies: copies?.count, operand, &storage, operandType: shape.elementType)
    let keptCount = unsafe shape.exampleCount - (copies?.count ?? 0)
    let bytes = try pack(shape: stored, keptCount: keptCount, hasCopies: storage.copySource != nil)
    if bytes.count < stored.byteCount { return EncodedChunk(bytes: bytes, storage: storage, zone: zone) }
    // SAFETY: the block holds `byteCount` bytes.
    let raw = unsafe [UInt8](UnsafeRawBufferPointer(start: values, count: stored.byteCount))
    return EncodedChunk(bytes: raw, storage: ChunkStorage(codec: .raw, isNarrowed: isNarrowed), zone: zone)
  }

  // MARK: Choosing

  /// Leaves the cheapest layout in `best`, and how it came about in the storage.
  private func choose(
    _ values: UnsafeRawPointer, _ shape: ChunkShape, _ trial: PredictionPlan.Trial, copies: Int?,
    _ operand: (Int) -> UnsafeRawPointer?, _ storage: inout ChunkStorage, operandType: ElementType
  ) throws(EngramError) {
    let keptCount = shape.exampleCount - (copies ?? 0)
    if keptCount == 0 { return }
    let kept = ChunkShape(epochCount: shape.epochCount, exampleCount: keptCount, elementType: shape.elementType)
    codes.reserve(kept.byteCount)
    doubles.reserve(6 * shape.exampleCount * MemoryLayout<Double>.stride)
    words.reserve((5 * shape.exampleCount + 1) * shape.elementType.byteCount)
    var isFirst = true
    for prediction in [nil] + trial.predictions.map(Optional.some) {
      for isDifferenced in shape.epochCount > 1 ? [false, true] : [false] {
        var plan = unsafe engram_residual_plan()
        unsafe plan.epoch_count = shape.epochCount
        unsafe plan.count = shape.exampleCount
        unsafe plan.kept_count = keptCount
        unsafe plan.is_differenced = isDifferenced ? 1 : 0
        unsafe plan.doubles = doubles.base.assumingMemoryBound(to: Double.self)
        unsafe plan.words = words.base
        if copies != nil { unsafe plan.copied = UnsafePointer(copied.base.assumingMemoryBound(to: UInt8.self)) }
        if let prediction {
          let blocks = unsafe prediction.operands.map { unsafe operand($0) }
          if unsafe blocks.contains(where: { unsafe $0 == nil }) { continue }
          unsafe plan.setPrediction(prediction.predictor) { unsafe (blocks[$0] ?? values, operandType) }
        }
        // SAFETY: blocks and scratch are as large as the kernel asks for.
        if shape.elementType == .float32 {
          unsafe engram_codes_of_block_32(
            &plan, values.assumingMemoryBound(to: UInt32.self), codes.base.assumingMemoryBound(to: UInt32.self))
        } else {
          unsafe engram_codes_of_block_64(
            &plan, values.assumingMemoryBound(to: UInt64.self), codes.base.assumingMemoryBound(to: UInt64.self))
        }
        unsafe self.trial.fill(
          codes.base, shape: kept, countLog: countLog,
          worthCoding: trial.favorsSize ? Self.worthCodingForSize : Self.worthCoding)
        if isFirst || self.trial.cost < best.cost {
          swap(&best, &self.trial)
          storage.prediction = prediction
          storage.isDifferenced = isDifferenced
        }
        isFirst = false
      }
    }
  }

  /// Narrows Float64 values; false when one of them is not a Float32 by bits.
  private func narrow(_ block: UnsafeRawPointer, _ shape: ChunkShape, into scratch: inout Scratch) -> Bool {
    scratch.reserve(shape.valueCount * 4)
    // SAFETY: the block holds `valueCount` Float64 and the scratch as many Float32.
    return unsafe engram_narrow(
      block.assumingMemoryBound(to: UInt64.self), shape.valueCount, scratch.base.assumingMemoryBound(to: UInt32.self))
      != 0
  }

  /// Finds the examples that are copies of a source's and marks them in `copied`; nil when there are too few.
  private func findCopies(
    _ values: UnsafeRawPointer, of source: UnsafeRawPointer, shape: ChunkShape, isNarrowed: Bool
  ) -> (source: UnsafeRawPointer, count: Int)? {
    var other = unsafe source
    if shape.elementType == .float64 {
      // A copy is of the same stored type.
      guard unsafe narrow(source, shape, into: &narrowedSource) == isNarrowed else { return nil }
      if isNarrowed { unsafe other = UnsafeRawPointer(narrowedSource.base) }
    }
    copied.reserve(CopiedExamples.byteCount(examples: shape.exampleCount))
    let bits = unsafe copied.base.assumingMemoryBound(to: UInt8.self)
    let is32 = shape.elementType == .float32 || isNarrowed
    // SAFETY: both blocks hold the whole shape, and there is a bit for every example.
    let count =
      unsafe is32
      ? engram_equal_examples_32(
        values.assumingMemoryBound(to: UInt32.self), other.assumingMemoryBound(to: UInt32.self), shape.epochCount,
        shape.exampleCount, bits)
      : engram_equal_examples_64(
        values.assumingMemoryBound(to: UInt64.self), other.assumingMemoryBound(to: UInt64.self), shape.epochCount,
        shape.exampleCount, bits)
    return count * Self.examplesPerCopy >= shape.exampleCount && count > 0 ? unsafe (other, count) : nil
  }

  // MARK: Packing

  /// The bytes of a chunk of byte planes: its copies, and the rows of `best`.
  private func pack(shape: ChunkShape, keptCount: Int, hasCopies: Bool) throws(EngramError) -> [UInt8] {
    var bytes: [UInt8] = []
    if hasCopies {
      // SAFETY: `findCopies` left a bit for every example.
      unsafe bytes.append(
        contentsOf: UnsafeRawBufferPointer(
          start: copied.base, count: CopiedExamples.byteCount(examples: shape.exampleCount)))
    }
    if keptCount == 0 { return bytes }
    let planes = codedPlanes(epochCount: shape.epochCount)
    let frameByteCount = try compress(unlessLongerThan: planes.count)
    if frameByteCount > 0 { best.replace(.coded, with: .compressed) }
    for start in stride(from: 0, to: best.classes.count, by: 2) {
      bytes.append(best.classes[start].rawValue | best.classes[start + 1].rawValue << 4)
    }
    for (row, rowClass) in best.classes.enumerated() where rowClass == .constant {
      unsafe bytes.append(best.row(row)[0])
    }
    var exceptions: [UInt8] = []
    for (row, rowClass) in best.classes.enumerated() {
      guard let width = rowClass.packedWidth else { continue }
      let byteCount = RowClass.packedByteCount(width: width, count: keptCount)
      unsafe appendPacked(best.row(row), width: width, byteCount: byteCount, to: &bytes, &exceptions)
    }
    bytes.append(contentsOf: exceptions)
    if frameByteCount == 0 { bytes.append(contentsOf: planes) }
    for (row, rowClass) in best.classes.enumerated() where rowClass == .raw {
      unsafe bytes.append(contentsOf: best.row(row))
    }
    // SAFETY: `compress` left that many bytes in the scratch.
    unsafe bytes.append(contentsOf: UnsafeRawBufferPointer(start: frame.base, count: frameByteCount))
    return bytes
  }

  /// Adds a packed row and its exceptions.
  private func appendPacked(
    _ row: UnsafeBufferPointer<UInt8>, width: Int, byteCount: Int, to bytes: inout [UInt8],
    _ exceptions: inout [UInt8]
  ) {
    let start = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: byteCount))
    // SAFETY: the row and its place in the chunk are as long as the kernel asks for.
    unsafe bytes.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress, let source = row.baseAddress else { return }
      unsafe engram_pack_row(source, row.count, Int32(width), base + start)
    }
    var gaps: [UInt8] = []
    var values: [UInt8] = []
    var next = 0
    for place in row.indices where unsafe Int(row[place]) >= 1 << width {
      while place - next >= RowClass.longestGap {
        gaps.append(UInt8(RowClass.longestGap))
        values.append(0)
        next += RowClass.longestGap
      }
      gaps.append(UInt8(place - next))
      unsafe values.append(row[place])
      next = place + 1
    }
    exceptions.append(UInt8(truncatingIfNeeded: gaps.count))
    exceptions.append(UInt8(truncatingIfNeeded: gaps.count >> 8))
    exceptions += gaps
    exceptions += values
  }

  /// The rows of class `coded`, one after the other in `rows`; returns their bytes in all.
  private func gatherCodedRows(_ range: Range<Int>) -> Int {
    let count = best.rowByteCount
    rows.reserve(range.count * count)
    var offset = 0
    for row in range where best.classes[row] == .coded {
      // SAFETY: the scratch has room for every row.
      unsafe UnsafeMutableRawBufferPointer(start: rows.base + offset, count: count).copyMemory(
        from: UnsafeRawBufferPointer(best.row(row)))
      offset += count
    }
    return offset
  }

  /// The coded planes; rows of a plane in which only one byte occurs, which no code can have, become raw.
  private func codedPlanes(epochCount: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    for plane in stride(from: 0, to: best.classes.count, by: epochCount) {
      let byteCount = gatherCodedRows(plane..<(plane + epochCount))
      if byteCount == 0 { continue }
      var counts = Array(repeating: UInt32(0), count: 256)
      // SAFETY: the scratch holds that many bytes.
      unsafe engram_count_bytes(rows.base.assumingMemoryBound(to: UInt8.self), byteCount, &counts)
      // A coded row has at least two different bytes, or its entropy would be zero.
      guard let code = PrefixCode(counts: counts) else { continue }
      unsafe code.append(UnsafeRawBufferPointer(start: rows.base, count: byteCount), to: &bytes)
    }
    return bytes
  }

  /// Compresses the coded rows into `frame`, where zstd makes them so much shorter that it is worth starting.
  ///
  /// - Parameter codedByteCount: Bytes of the coded planes.
  /// - Returns: The size of the frame, or 0 where prefix codes serve better.
  private func compress(unlessLongerThan codedByteCount: Int) throws(EngramError) -> Int {
    guard codedByteCount > Self.worthFrame.bytes else { return 0 }
    let byteCount = gatherCodedRows(0..<best.classes.count)
    let bound = ZSTD_compressBound(byteCount)
    frame.reserve(bound)
    // SAFETY: both regions are as long as stated and belong to this encoder.
    let result = unsafe ZSTD_compressCCtx(context, frame.base, bound, rows.base, byteCount, Self.compressionLevel)
    guard ZSTD_isError(result) == 0 else {
      throw EngramError(
        .limit, "zstd could not compress a chunk", found: unsafe String(cString: ZSTD_getErrorName(result)))
    }
    let saved = codedByteCount - result
    return saved > Self.worthFrame.bytes && Double(saved) > Double(codedByteCount) * Self.worthFrame.share ? result : 0
  }

  private func extendCountLog(to count: Int) {
    while countLog.count <= count { countLog.append(Double(countLog.count) * log2(Double(countLog.count))) }
  }
}
