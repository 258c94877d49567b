// ChunkEncoder.swift -- turns the values of a chunk into as few bytes as the closed list of codecs allows.

package import Base
import CCodecKernels
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
  /// What a byte must save in zstd, as a share of a byte; infinite where zstd is not used.
  ///
  /// Decoding zstd costs about as much as all else together; benchmarks/store measures what this costs in size.
  private static func worthCompressing(_ favor: PredictionPlan.Favor) -> Double {
    switch favor {
    case .size: 0.08
    case .neither: 0.28
    case .speed: .infinity
    }
  }
  /// Copies are marked where they save more than the marks cost: one example in this many.
  private static let examplesPerCopy = 64

  /// The bits that grades must save of each code; infinite where there are none.
  ///
  /// Codes of grades are put back in order when they are read; benchmarks/store/profile.md measures what that costs.
  private static func worthGrading(_ favor: PredictionPlan.Favor) -> Double {
    switch favor {
    case .size: 0.15
    case .neither: 0.5
    case .speed: .infinity
    }
  }

  private let packer = CodePacker()
  var grades = CodeGrades()
  var repeats = CodeRepeats()
  var lengthSums = Scratch()
  var lengthCounts = Scratch()
  private var narrowed = Scratch()
  private var narrowedSource = Scratch()
  private var copied = Scratch()
  /// The codes of the way that is tried, and those of the best so far.
  var codes = Scratch()
  var bestCodes = Scratch()
  private var doubles = Scratch()
  private var words = Scratch()
  private var row = Scratch()
  /// `c * log2(c)` for every number of examples so far.
  private var countLog: [Double] = [0, 0]

  /// Makes an encoder.
  package init() {}

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
    let source = Source(shape: shape, stored: stored, isNarrowed: isNarrowed)
    let (bytes, storage) =
      switch stored.elementType {
      case .float32: try unsafe encodeCodes(values.assumingMemoryBound(to: UInt32.self), source, trial, operand)
      case .float64: try unsafe encodeCodes(values.assumingMemoryBound(to: UInt64.self), source, trial, operand)
      }
    if bytes.count < stored.byteCount { return EncodedChunk(bytes: bytes, storage: storage, zone: zone) }
    // SAFETY: the block holds `byteCount` bytes.
    let raw = unsafe [UInt8](UnsafeRawBufferPointer(start: values, count: stored.byteCount))
    return EncodedChunk(bytes: raw, storage: ChunkStorage(codec: .raw, isNarrowed: isNarrowed), zone: zone)
  }

  /// What the values of a chunk are, as they came and as they are stored.
  private struct Source {
    let shape: ChunkShape
    let stored: ChunkShape
    let isNarrowed: Bool
  }

  /// The bytes of a chunk as codes, and how they came about.
  private func encodeCodes<Word: CodeWord>(
    _ values: UnsafePointer<Word>, _ source: Source, _ trial: PredictionPlan.Trial,
    _ operand: (Int) -> UnsafeRawPointer?
  ) throws(EngramError) -> (bytes: [UInt8], storage: ChunkStorage) {
    var storage = ChunkStorage(codec: .codes, isNarrowed: source.isNarrowed)
    var keptCount = source.shape.exampleCount
    var bytes: [UInt8] = []
    if let index = trial.copySource, let other = unsafe operand(index),
      let count = unsafe markCopies(values, of: other, source)
    {
      storage.copySource = index
      keptCount -= count
      let byteCount = CopiedExamples.byteCount(examples: source.shape.exampleCount)
      // SAFETY: `markCopies` left a bit for every example.
      unsafe bytes.append(contentsOf: UnsafeRawBufferPointer(start: copied.base, count: byteCount))
    }
    if keptCount == 0 { return (bytes, storage) }
    let kept = ChunkShape(
      epochCount: source.shape.epochCount, exampleCount: keptCount, elementType: source.stored.elementType)
    unsafe choose(values, source, kept: kept, trial.prediction, operand, &storage)
    let repeated = findRepeats(Word.self, kept)
    storage.isRepeated = repeated != nil
    let dampings = trial.favor != .speed && storage.isDifferenced ? followTrend(Word.self, kept) : nil
    storage.isTrended = dampings != nil
    grades.setSingle(codeCount: keptCount)
    let graded = trial.favor == .speed ? nil : grade(Word.self, kept, worth: Self.worthGrading(trial.favor))
    storage.isGraded = graded != nil
    row.reserve(keptCount)
    // SAFETY: `choose` left the codes of the kept examples, which may have been replaced; there is room for a byte of each.
    let codes = unsafe UnsafePointer(bestCodes.base.assumingMemoryBound(to: Word.self))
    let rowBytes = unsafe row.base.assumingMemoryBound(to: UInt8.self)
    let worth = Self.worthCompressing(trial.favor)
    let layout: CodeLayout
    if let rows = graded?.rows {
      layout = unsafe CodeLayout(
        rows, shape: kept, gradeCount: grades.count, countLog: countLog, worthCompressing: worth, bytes: rowBytes)
    } else {
      layout = unsafe CodeLayout(codes, shape: kept, countLog: countLog, worthCompressing: worth, bytes: rowBytes)
    }
    bytes += repeated ?? []
    bytes += graded?.bytes ?? []
    bytes += (dampings ?? []).map { UInt8(bitPattern: $0) }
    bytes += try unsafe packer.pack(codes, layout, shape: kept, grades: grades.starts)
    return (bytes, storage)
  }

  // MARK: Choosing

  /// Leaves the codes of the cheapest encoding in `bestCodes`, and how they came about in the storage.
  private func choose<Word: CodeWord>(
    _ values: UnsafePointer<Word>, _ source: Source, kept: ChunkShape, _ prediction: Prediction?,
    _ operand: (Int) -> UnsafeRawPointer?, _ storage: inout ChunkStorage
  ) {
    codes.reserve(kept.byteCount)
    bestCodes.reserve(kept.byteCount)
    doubles.reserve(6 * source.shape.exampleCount * MemoryLayout<Double>.stride)
    words.reserve(4 * source.stored.exampleCount * source.stored.elementType.byteCount)
    var bestCost = Double.infinity
    for prediction in prediction.map({ [nil, $0] }) ?? [nil] {
      for isDifferenced in source.shape.epochCount > 1 ? [false, true] : [false] {
        var candidate = storage
        candidate.prediction = prediction
        candidate.isDifferenced = isDifferenced
        guard var plan = unsafe residualPlan(candidate, source, keptCount: kept.exampleCount, operand) else { continue }
        // SAFETY: blocks and scratch are as large as the kernel asks for.
        let tried = unsafe codes.base.assumingMemoryBound(to: Word.self)
        unsafe Word.encode(&plan, values, to: tried)
        let cost = unsafe CodeLayout.plainCost(UnsafePointer(tried), shape: kept, limit: bestCost)
        if cost < bestCost {
          bestCost = cost
          swap(&codes, &bestCodes)
          storage = candidate
        }
      }
    }
  }

  /// What the kernel of codes is told about a way to store a chunk, or nil where that way is none.
  private func residualPlan(
    _ storage: ChunkStorage, _ source: Source, keptCount: Int, _ operand: (Int) -> UnsafeRawPointer?
  ) -> engram_residual_plan? {
    // SAFETY: the scratch has been reserved; the operands live as long as the plan is used.
    var plan = unsafe engram_residual_plan()
    unsafe plan.epoch_count = source.shape.epochCount
    unsafe plan.count = source.shape.exampleCount
    unsafe plan.kept_count = keptCount
    unsafe plan.is_differenced = storage.isDifferenced ? 1 : 0
    unsafe plan.doubles = doubles.base.assumingMemoryBound(to: Double.self)
    unsafe plan.words = words.base
    if storage.copySource != nil {
      unsafe plan.copied = UnsafePointer(copied.base.assumingMemoryBound(to: UInt8.self))
    }
    guard let prediction = storage.prediction else { return unsafe plan }
    let blocks = unsafe prediction.operands.compactMap { unsafe operand($0) }
    guard unsafe blocks.count == prediction.operands.count else { return nil }
    unsafe plan.setPrediction(prediction.predictor) { unsafe (blocks[$0], source.shape.elementType) }
    if prediction.predictor.isOfChange {
      // Changes are differences, of values of the stored type.
      guard storage.isDifferenced, let operand = unsafe asStored(blocks[0], source) else { return nil }
      unsafe plan.operands.0 = operand
    }
    return unsafe plan
  }

  /// Marks the examples that are copies of another statistic's in `copied`; nil when they are too few.
  private func markCopies<Word: CodeWord>(
    _ values: UnsafePointer<Word>, of other: UnsafeRawPointer, _ source: Source
  ) -> Int? {
    guard let other = unsafe asStored(other, source) else { return nil }
    copied.reserve(CopiedExamples.byteCount(examples: source.shape.exampleCount))
    // SAFETY: both blocks hold the whole shape, and there is a bit for every example.
    let count = unsafe Word.markEqual(
      values, other.assumingMemoryBound(to: Word.self), source.stored,
      copied.base.assumingMemoryBound(to: UInt8.self))
    return count > 0 && count * Self.examplesPerCopy >= source.shape.exampleCount ? count : nil
  }

  /// Another block of the same shape as values of the stored type; nil when it would be stored as another type.
  private func asStored(_ block: UnsafeRawPointer, _ source: Source) -> UnsafeRawPointer? {
    if source.shape.elementType == .float32 { return unsafe block }
    guard unsafe narrow(block, source.shape, into: &narrowedSource) == source.isNarrowed else { return nil }
    return unsafe source.isNarrowed ? UnsafeRawPointer(narrowedSource.base) : block
  }

  /// Narrows Float64 values; false when one of them is not a Float32 by bits.
  private func narrow(_ block: UnsafeRawPointer, _ shape: ChunkShape, into scratch: inout Scratch) -> Bool {
    scratch.reserve(shape.valueCount * 4)
    // SAFETY: the block holds `valueCount` Float64 and the scratch as many Float32.
    return unsafe engram_narrow(
      block.assumingMemoryBound(to: UInt64.self), shape.valueCount, scratch.base.assumingMemoryBound(to: UInt32.self))
      != 0
  }

  private func extendCountLog(to count: Int) {
    while countLog.count <= count { countLog.append(Double(countLog.count) * log2(Double(countLog.count))) }
  }
}
