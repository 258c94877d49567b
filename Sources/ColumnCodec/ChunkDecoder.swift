// ChunkDecoder.swift -- turns the bytes of a chunk into values.

package import Base
import CCodecKernels
import TrajectoryModel

/// Turns the bytes of a chunk into values; keeps its memory from chunk to chunk.
///
/// One thread uses a decoder at a time. After an error the block holds no values and can be used again.
@safe package final class ChunkDecoder {
  private let frames = ZstdFrameReader()
  /// The rows of the zstd frame, and one row to fill.
  var rows = Scratch()
  /// The codes of an epoch, and the same one grade after the other.
  var codes = Scratch()
  var graded = Scratch()
  private var doubles = Scratch()
  private var words = Scratch()
  var picked = PickedCodes()
  var grades = CodeGrades()
  /// The front of the chunk.
  private var table = CodeTable()

  /// Makes a decoder.
  package init() {}

  /// Decodes a window of a chunk into a block of `[epoch][example]`.
  ///
  /// - Parameters:
  ///   - bytes: The chunk; the caller has compared its checksum.
  ///   - storage: How it is stored.
  ///   - shape: What the whole chunk holds.
  ///   - window: What of it is wanted; all of it when nil.
  ///   - operands: For each of `storage.dependencies`, its values in the same window.
  ///   - block: Gets the values; none of the operands.
  /// - Throws: `corrupt` when the bytes break a rule of the format; offsets count from the start of the chunk.
  /// - Complexity: O(values of the window), and O(bytes) for rows that are compressed or packed.
  package func decode(
    _ bytes: RawSpan, storage: ChunkStorage, shape: ChunkShape, window: ChunkWindow? = nil, operands: [ChunkBlock] = [],
    into block: ChunkBlock
  ) throws(EngramError) {
    let window = window ?? ChunkWindow(examples: 0..<shape.exampleCount, epochEnd: shape.epochCount)
    precondition(
      window.epochEnd >= 0 && window.epochEnd <= shape.epochCount && window.examples.lowerBound >= 0
        && window.examples.upperBound <= shape.exampleCount, "the window is in the chunk")
    precondition(
      operands.count == storage.dependencies.count
        && operands.allSatisfy {
          $0 !== block && $0.exampleCount == window.count && $0.epochEnd >= window.epochEnd
        }, "the operands were decoded")
    let stored = shape.stored(isNarrowed: storage.isNarrowed)
    let out = unsafe block.prepare(
      exampleCount: window.count, epochEnd: window.epochEnd, storedType: stored.elementType)
    do throws(EngramError) {
      switch storage.codec {
      case .raw: unsafe try copyRaw(bytes, shape: stored, window, to: out)
      case .codes: unsafe try decodeCodes(bytes, storage, shape: stored, window, operands, to: out)
      }
    } catch {
      block.clear()
      throw error
    }
  }

  private func copyRaw(
    _ bytes: RawSpan, shape: ChunkShape, _ window: ChunkWindow, to out: UnsafeMutableRawPointer
  ) throws(EngramError) {
    guard bytes.byteCount == shape.byteCount else {
      throw Self.corrupt(
        "a raw chunk has the wrong length", 0, expected: "\(shape.byteCount) bytes", found: "\(bytes.byteCount)")
    }
    // SAFETY: the window lies inside the chunk, whose length was compared, and the block has room for it.
    unsafe bytes.withUnsafeBytes { source in
      guard let start = source.baseAddress else { return }
      unsafe window.copy(
        from: start, exampleCount: shape.exampleCount, valueByteCount: shape.elementType.byteCount, to: out)
    }
  }

  private func decodeCodes(
    _ bytes: RawSpan, _ storage: ChunkStorage, shape: ChunkShape, _ window: ChunkWindow, _ operands: [ChunkBlock],
    to out: UnsafeMutableRawPointer
  ) throws(EngramError) {
    let copies = try CopiedExamples(bytes, storage, shape: shape, source: operands.last)
    if copies.keptCount == 0 {
      try unsafe copyAll(bytes, copies, shape: shape, window, from: operands.last, to: out)
      return
    }
    if storage.prediction?.predictor.isOfChange == true, operands[0].storedType != shape.elementType {
      throw Self.corrupt(
        "changes are predicted from another type", 0, expected: shape.elementType.name,
        found: operands[0].storedType.name)
    }
    let count = copies.keptCount
    let (repeats, dampingStart) = try readFront(bytes, storage, shape: shape, copies)
    let table = table
    rows.reserve((table.compressedCount + 1) * count)
    // SAFETY: the rows have been reserved, and one more.
    try unsafe frames.read(
      bytes.extracting(table.frameStart..<bytes.byteCount), at: table.frameStart,
      into: UnsafeMutableRawBufferPointer(start: rows.base, count: table.compressedCount * count))
    let size = shape.elementType.byteCount
    // A whole number of lanes, and the element more that the kernel may read.
    codes.reserve((count + size * 8) * size)
    if grades.count > 1 || storage.isRepeated { graded.reserve((count + size * 8) * size) }
    words.reserve(4 * window.count * size)
    doubles.reserve(6 * window.count * MemoryLayout<Double>.stride)
    // SAFETY: `CodeTable` has checked that every part lies inside the chunk; operands and copies were checked to have the
    // window's examples and epochs; the scratch is as large as the kernels ask for.
    unsafe bytes.withUnsafeBytes { chunk in
      // Of a few neighbours all codes of all grades would be unpacked.
      let isFew = grades.count > 1 && window.isSmall(of: shape.exampleCount)
      let examples = window.picked ?? (isFew ? window.examples.map { Int32($0) } : nil)
      if let examples {
        let copied = unsafe chunk.baseAddress?.assumingMemoryBound(to: UInt8.self)
        unsafe picked.place(
          examples, copied: storage.copySource == nil ? nil : copied, grades.layout, width: size * 8)
      }
      let picks = examples != nil
      var plan = unsafe residualPlan(storage, window, operands, chunk, picks: picks)
      if storage.isTrended {
        unsafe plan.dampings = chunk.baseAddress.map { unsafe ($0 + dampingStart).assumingMemoryBound(to: Int8.self) }
      }
      switch shape.elementType {
      case .float32:
        let out = unsafe out.assumingMemoryBound(to: UInt32.self)
        if let repeats { unsafe decodeFirstEpoch(repeats, chunk, count: count, picks, &plan, to: out) }
        unsafe decodeEpochs(from: repeats == nil ? 0 : 1, table, chunk, count: count, picks, &plan, to: out)
      case .float64:
        let out = unsafe out.assumingMemoryBound(to: UInt64.self)
        if let repeats { unsafe decodeFirstEpoch(repeats, chunk, count: count, picks, &plan, to: out) }
        unsafe decodeEpochs(from: repeats == nil ? 0 : 1, table, chunk, count: count, picks, &plan, to: out)
      }
    }
  }

  /// Reads and checks what comes before the packed bits: the grades and the table, and where repeats and dampings lie.
  private func readFront(
    _ bytes: RawSpan, _ storage: ChunkStorage, shape: ChunkShape, _ copies: CopiedExamples
  ) throws(EngramError) -> (repeats: CodeRepeats.Place?, dampingStart: Int) {
    var start = copies.byteCount
    var repeats: CodeRepeats.Place?
    if storage.isRepeated {
      let place = try CodeRepeats.read(
        bytes, at: start, codeCount: copies.keptCount, codeByteCount: shape.elementType.byteCount)
      start = place.end
      repeats = place
    }
    if storage.isGraded {
      start = try grades.read(bytes, at: start, exampleCount: copies.keptCount)
    } else {
      grades.setSingle(codeCount: copies.keptCount)
    }
    let dampingStart = start
    if storage.isTrended { start += shape.epochCount }
    try table.read(bytes, start: start, shape: shape, grades: grades)
    return (repeats, dampingStart)
  }

  /// Copies the values of a chunk whose examples all are copies, which nothing may follow.
  private func copyAll(
    _ bytes: RawSpan, _ copies: CopiedExamples, shape: ChunkShape, _ window: ChunkWindow, from source: ChunkBlock?,
    to out: UnsafeMutableRawPointer
  ) throws(EngramError) {
    guard bytes.byteCount == copies.byteCount else {
      throw Self.corrupt(
        "bytes follow the copies", copies.byteCount, expected: "0 bytes",
        found: "\(bytes.byteCount - copies.byteCount)")
    }
    guard let source else { return }
    let byteCount = window.epochEnd * window.count * shape.elementType.byteCount
    // SAFETY: the source has the examples, at least the epochs, and the type of this block.
    unsafe out.copyMemory(from: source.storedValues, byteCount: byteCount)
  }

  /// What the kernels of residuals are told about a window of a chunk.
  private func residualPlan(
    _ storage: ChunkStorage, _ window: ChunkWindow, _ operands: [ChunkBlock], _ chunk: UnsafeRawBufferPointer,
    picks: Bool
  ) -> engram_residual_plan {
    // SAFETY: the scratch has been reserved; operands and chunk live as long as the plan is used.
    var plan = unsafe engram_residual_plan()
    unsafe plan.epoch_count = window.epochEnd
    unsafe plan.count = window.count
    unsafe plan.is_differenced = storage.isDifferenced ? 1 : 0
    unsafe plan.first = picks ? 0 : window.examples.lowerBound
    unsafe plan.before = plan.first
    unsafe plan.doubles = doubles.base.assumingMemoryBound(to: Double.self)
    unsafe plan.words = words.base
    if let prediction = storage.prediction {
      unsafe plan.setPrediction(prediction.predictor) { index in
        unsafe (operands[index].storedValues, operands[index].storedType)
      }
    }
    if storage.copySource != nil, let source = operands.last {
      unsafe plan.copied = picks ? picked.copied : chunk.baseAddress?.assumingMemoryBound(to: UInt8.self)
      unsafe plan.copy_source = source.storedValues
      unsafe plan.before -= countBits(chunk, below: plan.first)
    }
    return unsafe plan
  }

  /// The number of copies among the first examples of a chunk that starts with its copies.
  private func countBits(_ chunk: UnsafeRawBufferPointer, below count: Int) -> Int {
    guard let base = chunk.baseAddress else { return 0 }
    // SAFETY: the bits of all examples were checked to lie in the chunk.
    return unsafe engram_count_bits(base.assumingMemoryBound(to: UInt8.self), count)
  }

  static func corrupt(_ message: String, _ offset: Int, expected: String, found: String) -> EngramError {
    EngramError(.corrupt, message, place: "chunk", offset: offset, expected: expected, found: found)
  }
}
