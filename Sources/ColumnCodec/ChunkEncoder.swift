// ChunkEncoder.swift -- turns the values of a chunk into as few bytes as the closed list of codecs allows.

package import Base
import CCodecKernels
import CZstd
import Glibc
import TrajectoryModel

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
  /// What a byte must save in zstd, as a share of a byte, where statistics are mostly read to fill matrices.
  ///
  /// Decoding zstd costs about as much as all else together; benchmarks/store measures what this costs in size.
  static let worthCompressing = 0.3
  /// The same for statistics that favor size.
  static let worthCompressingForSize = 0.08
  /// Copies are marked where they save more than the marks cost: one example in this many.
  static let examplesPerCopy = 64
  /// A row is sparse where at most one byte in this many is not zero: from there on zstd is shorter by far.
  static let fewestPerException = 4

  private let context: OpaquePointer?
  private var narrowed = Scratch()
  private var narrowedSource = Scratch()
  private var copied = Scratch()
  private var codes = Scratch()
  private var doubles = Scratch()
  private var words = Scratch()
  /// The codes of the best encoding so far, and those of the one that is tried.
  private var bestCodes = Scratch()
  private var row = Scratch()
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
  /// - Returns: The smallest of the encodings on the closed list, by the estimated size of each without zstd, then with
  ///   zstd where that pays; or the values themselves where that is no larger.
  /// - Throws: `limit` when zstd has no memory.
  @unsafe package func encode(
    _ block: UnsafeRawPointer, shape: ChunkShape, trial: PredictionPlan.Trial = PredictionPlan.Trial(),
    operand: (Int) -> UnsafeRawPointer? = { _ in nil }
  ) throws(EngramError) -> EncodedChunk {
    precondition(shape.epochCount > 0 && shape.exampleCount > 0, "a chunk has values")
    extendCountLog(to: shape.exampleCount)
    let zone = unsafe ZoneMap(block, count: shape.valueCount, elementType: shape.elementType)
    let isNarrowed = unsafe shape.elementType == .float64 && narrow(block, shape, into: &narrowed)
    let stored = shape.stored(isNarrowed: isNarrowed)
    let values = unsafe isNarrowed ? UnsafeRawPointer(narrowed.base) : block
    var storage = ChunkStorage(codec: .codes, isNarrowed: isNarrowed)
    var copies: (source: UnsafeRawPointer, count: Int)?
    if let index = trial.copySource, let source = unsafe operand(index) {
      unsafe copies = findCopies(values, of: source, shape: shape, isNarrowed: isNarrowed)
      if unsafe copies != nil { storage.copySource = index }
    }
    let keptCount = unsafe shape.exampleCount - (copies?.count ?? 0)
    let kept = ChunkShape(
      epochCount: shape.epochCount, exampleCount: keptCount, elementType: stored.elementType)
    let layout = unsafe choose(values, stored, kept: kept, trial, operand, &storage, operandType: shape.elementType)
    var bytes: [UInt8] = []
    if storage.copySource != nil {
      // SAFETY: `findCopies` left a bit for every example.
      unsafe bytes.append(
        contentsOf: UnsafeRawBufferPointer(
          start: copied.base, count: CopiedExamples.byteCount(examples: shape.exampleCount)))
    }
    if let layout { bytes += try pack(layout, shape: kept) }
    if bytes.count < stored.byteCount { return EncodedChunk(bytes: bytes, storage: storage, zone: zone) }
    // SAFETY: the block holds `byteCount` bytes.
    let raw = unsafe [UInt8](UnsafeRawBufferPointer(start: values, count: stored.byteCount))
    return EncodedChunk(bytes: raw, storage: ChunkStorage(codec: .raw, isNarrowed: isNarrowed), zone: zone)
  }

  // MARK: Choosing

  /// Leaves the codes of the cheapest encoding in `bestCodes`, and how they came about in the storage.
  ///
  /// - Returns: Their layout, or nil when every example is a copy.
  private func choose(
    _ values: UnsafeRawPointer, _ shape: ChunkShape, kept: ChunkShape, _ trial: PredictionPlan.Trial,
    _ operand: (Int) -> UnsafeRawPointer?, _ storage: inout ChunkStorage, operandType: ElementType
  ) -> CodeLayout? {
    if kept.exampleCount == 0 { return nil }
    codes.reserve(kept.byteCount)
    bestCodes.reserve(kept.byteCount)
    row.reserve(kept.exampleCount)
    doubles.reserve(6 * shape.exampleCount * MemoryLayout<Double>.stride)
    words.reserve(4 * shape.exampleCount * shape.elementType.byteCount)
    var bestCost = Double.infinity
    for prediction in trial.prediction.map({ [nil, $0] }) ?? [nil] {
      for isDifferenced in shape.epochCount > 1 ? [false, true] : [false] {
        if prediction?.predictor.isOfChange == true && !isDifferenced { continue }
        var plan = unsafe engram_residual_plan()
        unsafe plan.epoch_count = shape.epochCount
        unsafe plan.count = shape.exampleCount
        unsafe plan.kept_count = kept.exampleCount
        unsafe plan.is_differenced = isDifferenced ? 1 : 0
        unsafe plan.doubles = doubles.base.assumingMemoryBound(to: Double.self)
        unsafe plan.words = words.base
        if storage.copySource != nil {
          unsafe plan.copied = UnsafePointer(copied.base.assumingMemoryBound(to: UInt8.self))
        }
        if let prediction {
          let blocks = unsafe prediction.operands.map { unsafe operand($0) }
          if unsafe blocks.contains(where: { unsafe $0 == nil }) { continue }
          unsafe plan.setPrediction(prediction.predictor) { unsafe (blocks[$0] ?? values, operandType) }
          if prediction.predictor.isOfChange && operandType == .float64 {
            // Changes are of the stored type.
            guard let operand = unsafe blocks[0],
              unsafe narrow(operand, shape, into: &narrowedSource) == storage.isNarrowed
            else { continue }
            if storage.isNarrowed { unsafe plan.operands.0 = UnsafeRawPointer(narrowedSource.base) }
          }
        }
        // SAFETY: blocks and scratch are as large as the kernel asks for.
        if shape.elementType == .float32 {
          unsafe engram_codes_of_block_32(
            &plan, values.assumingMemoryBound(to: UInt32.self), codes.base.assumingMemoryBound(to: UInt32.self))
        } else {
          unsafe engram_codes_of_block_64(
            &plan, values.assumingMemoryBound(to: UInt64.self), codes.base.assumingMemoryBound(to: UInt64.self))
        }
        let cost = unsafe CodeLayout.plainCost(codes.base, shape: kept)
        if cost < bestCost {
          bestCost = cost
          swap(&codes, &bestCodes)
          storage.prediction = prediction
          storage.isDifferenced = isDifferenced
        }
      }
    }
    return unsafe CodeLayout(
      bestCodes.base, shape: kept, countLog: countLog,
      worthCompressing: trial.favorsSize ? Self.worthCompressingForSize : Self.worthCompressing,
      bytes: row.base.assumingMemoryBound(to: UInt8.self))
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

  /// The bytes of `bestCodes`.
  private func pack(_ layout: CodeLayout, shape: ChunkShape) throws(EngramError) -> [UInt8] {
    let (epochs, count, size) = (shape.epochCount, shape.exampleCount, shape.elementType.byteCount)
    let rowCount = size * epochs
    var (table, constants) = (Array(repeating: UInt8(0), count: rowCount / 4), [UInt8]())
    var exceptions: [UInt8] = []
    rows.reserve(rowCount * count)
    var compressedByteCount = 0
    for index in 0..<rowCount {
      let (plane, epoch) = index.quotientAndRemainder(dividingBy: epochs)
      let shift = Int(layout.shifts[epoch]) + plane * 8
      // SAFETY: the row is of that many codes; the scratch has room for every row.
      let codes = unsafe UnsafeRawPointer(bestCodes.base) + epoch * count * size
      let bytes = unsafe (rows.base + compressedByteCount).assumingMemoryBound(to: UInt8.self)
      unsafe CodeLayout.bytes(of: codes, count: count, width: size * 8, shift: shift, to: bytes)
      let row = unsafe UnsafeBufferPointer(start: bytes, count: count)
      let rowClass = unsafe Self.rowClass(row, mayCompress: layout.compressedPlanes[epoch] >> plane & 1 == 1)
      table[index / 4] |= rowClass.rawValue << UInt8(2 * (index % 4))
      switch rowClass {
      case .zero: break
      case .constant: unsafe constants.append(row[0])
      case .sparse: unsafe appendExceptions(of: row, to: &exceptions)
      case .compressed: compressedByteCount += count
      }
    }
    var bytes = layout.shifts + table + constants
    appendLowBits(layout, shape: shape, to: &bytes)
    bytes += exceptions
    if compressedByteCount > 0 { try appendFrame(byteCount: compressedByteCount, to: &bytes) }
    return bytes
  }

  /// The class of a row of bytes.
  private static func rowClass(_ row: UnsafeBufferPointer<UInt8>, mayCompress: Bool) -> RowClass {
    let first = unsafe row[0]
    if unsafe row.allSatisfy({ $0 == first }) { return first == 0 ? .zero : .constant }
    if mayCompress { return .compressed }
    // The estimate of the layout saw to it that exceptions are few, but for what it cannot see.
    let exceptions = unsafe row.reduce(0) { $0 + ($1 == 0 ? 0 : 1) }
    return exceptions <= row.count / fewestPerException ? .sparse : .compressed
  }

  /// Adds the packed low bits of every epoch.
  private func appendLowBits(_ layout: CodeLayout, shape: ChunkShape, to bytes: inout [UInt8]) {
    let (count, size) = (shape.exampleCount, shape.elementType.byteCount)
    let laneByteCount = (count + size * 8 - 1) / (size * 8) * size
    words.reserve(size * 8 * laneByteCount)
    for (epoch, shift) in layout.shifts.enumerated() {
      // SAFETY: the codes are there, and the scratch has room for all their bits.
      let codes = unsafe bestCodes.base + epoch * count * size
      if size == 4 {
        unsafe engram_pack_low_32(
          codes.assumingMemoryBound(to: UInt32.self), count, Int32(shift),
          words.base.assumingMemoryBound(to: UInt32.self))
      } else {
        unsafe engram_pack_low_64(
          codes.assumingMemoryBound(to: UInt64.self), count, Int32(shift),
          words.base.assumingMemoryBound(to: UInt64.self))
      }
      unsafe bytes.append(contentsOf: UnsafeRawBufferPointer(start: words.base, count: Int(shift) * laneByteCount))
    }
  }

  /// Adds the bytes of a sparse row, with the gaps between them.
  private func appendExceptions(of row: UnsafeBufferPointer<UInt8>, to exceptions: inout [UInt8]) {
    var (gaps, values) = ([UInt8](), [UInt8]())
    var next = 0
    for place in row.indices where unsafe row[place] != 0 {
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

  /// Adds the first bytes of `rows` as a zstd frame.
  private func appendFrame(byteCount: Int, to bytes: inout [UInt8]) throws(EngramError) {
    let bound = ZSTD_compressBound(byteCount)
    frame.reserve(bound)
    // SAFETY: both regions are as long as stated and belong to this encoder.
    let result = unsafe ZSTD_compressCCtx(context, frame.base, bound, rows.base, byteCount, Self.compressionLevel)
    guard ZSTD_isError(result) == 0 else {
      throw EngramError(
        .limit, "zstd could not compress a chunk", found: unsafe String(cString: ZSTD_getErrorName(result)))
    }
    // SAFETY: zstd left that many bytes in the scratch.
    unsafe bytes.append(contentsOf: UnsafeRawBufferPointer(start: frame.base, count: result))
  }

  private func extendCountLog(to count: Int) {
    while countLog.count <= count { countLog.append(Double(countLog.count) * log2(Double(countLog.count))) }
  }
}
