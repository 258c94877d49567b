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
  private var rows = Scratch()
  /// The codes of an epoch.
  private var codes = Scratch()
  private var doubles = Scratch()
  private var words = Scratch()
  private var picked = PickedCodes()
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
    try table.read(bytes, start: copies.byteCount, shape: shape, count: count)
    let table = table
    rows.reserve((table.compressedCount + 1) * count)
    // SAFETY: the rows have been reserved, and one more.
    try unsafe frames.read(
      bytes.extracting(table.frameStart..<bytes.byteCount), at: table.frameStart,
      into: UnsafeMutableRawBufferPointer(start: rows.base, count: table.compressedCount * count))
    let size = shape.elementType.byteCount
    // A whole number of lanes, and the element more that the kernel may read.
    codes.reserve((count + size * 8) * size)
    words.reserve(4 * window.count * size)
    doubles.reserve(6 * window.count * MemoryLayout<Double>.stride)
    // SAFETY: `CodeTable` has checked that every part lies inside the chunk; operands and copies were checked to have the
    // window's examples and epochs; the scratch is as large as the kernels ask for.
    unsafe bytes.withUnsafeBytes { chunk in
      if let examples = window.picked {
        let copied = unsafe chunk.baseAddress?.assumingMemoryBound(to: UInt8.self)
        unsafe picked.place(
          examples, copied: storage.copySource == nil ? nil : copied, keptCount: count, width: size * 8)
      }
      let picks = window.picked != nil
      var plan = unsafe residualPlan(storage, window, operands, chunk)
      switch shape.elementType {
      case .float32:
        unsafe decodeEpochs(table, chunk, count: count, picks, &plan, to: out.assumingMemoryBound(to: UInt32.self))
      case .float64:
        unsafe decodeEpochs(table, chunk, count: count, picks, &plan, to: out.assumingMemoryBound(to: UInt64.self))
      }
    }
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
    _ storage: ChunkStorage, _ window: ChunkWindow, _ operands: [ChunkBlock], _ chunk: UnsafeRawBufferPointer
  ) -> engram_residual_plan {
    // SAFETY: the scratch has been reserved; operands and chunk live as long as the plan is used.
    var plan = unsafe engram_residual_plan()
    unsafe plan.epoch_count = window.epochEnd
    unsafe plan.count = window.count
    unsafe plan.is_differenced = storage.isDifferenced ? 1 : 0
    unsafe plan.first = window.picked == nil ? window.examples.lowerBound : 0
    unsafe plan.before = plan.first
    unsafe plan.doubles = doubles.base.assumingMemoryBound(to: Double.self)
    unsafe plan.words = words.base
    if let prediction = storage.prediction {
      unsafe plan.setPrediction(prediction.predictor) { index in
        unsafe (operands[index].storedValues, operands[index].storedType)
      }
    }
    if storage.copySource != nil, let source = operands.last {
      unsafe plan.copied =
        window.picked == nil ? chunk.baseAddress?.assumingMemoryBound(to: UInt8.self) : picked.copied
      unsafe plan.copy_source = source.storedValues
      unsafe plan.before -= countBits(chunk, below: plan.first)
    }
    return unsafe plan
  }

  /// Makes the values of every epoch from its codes.
  private func decodeEpochs<Word: CodeWord>(
    _ table: CodeTable, _ chunk: UnsafeRawBufferPointer, count: Int, _ picks: Bool,
    _ plan: inout engram_residual_plan, to out: UnsafeMutablePointer<Word>
  ) {
    guard let base = chunk.baseAddress else { return }
    // SAFETY: as the caller says.
    let codes = unsafe self.codes.base.assumingMemoryBound(to: Word.self)
    // What the kernel reads: the kept examples of the window, and one more.
    let wanted = unsafe plan.before..<min(count, plan.before + plan.count + 1)
    unsafe Word.startDecoding(&plan)
    for epoch in unsafe 0..<plan.epoch_count {
      if picks {
        let rows = unsafe (start: UnsafePointer(self.rows.base.assumingMemoryBound(to: UInt8.self)), count: count)
        unsafe picked.take(
          epoch: epoch, table, base.assumingMemoryBound(to: UInt8.self), rows: rows, to: codes)
        unsafe Word.decode(&plan, epoch, codes, to: out)
        continue
      }
      let low = unsafe (base + table.lowStarts[epoch]).assumingMemoryBound(to: UInt8.self)
      unsafe Word.unpackLow(low, count, Int32(table.shifts[epoch]), wanted, to: codes)
      unsafe addPlanes(of: epoch, table, chunk, count: count, wanted, to: codes)
      unsafe Word.decode(&plan, epoch, codes, to: out)
    }
  }

  /// Adds the byte planes of an epoch to the wanted codes: rows of bytes, or the few bytes of a sparse one.
  @inline(__always)
  private func addPlanes<Word: CodeWord>(
    of epoch: Int, _ table: CodeTable, _ chunk: UnsafeRawBufferPointer, count: Int, _ wanted: Range<Int>,
    to codes: UnsafeMutablePointer<Word>
  ) {
    let first = wanted.lowerBound
    let rowBytes = unsafe rows.base.assumingMemoryBound(to: UInt8.self)
    for plane in 0..<(Word.bitWidth / 8) {
      let index = plane * table.shifts.count + epoch
      let (shift, place) = (Int(table.shifts[epoch]) + plane * 8, table.places[index])
      // SAFETY: `CodeTable` has checked the places; a row of the frame and the row to fill have `count` bytes.
      switch table.classes[index] {
      case .zero: break
      case .constant:
        let filled = unsafe rowBytes + table.compressedCount * count
        unsafe filled.initialize(repeating: chunk[place], count: wanted.count)
        unsafe Word.add(filled, wanted.count, Int32(shift), to: codes + first)
      case .compressed:
        unsafe Word.add(rowBytes + place * count + first, wanted.count, Int32(shift), to: codes + first)
      case .sparse:
        let total = unsafe Int(chunk[place]) | Int(chunk[place + 1]) << 8
        guard let base = chunk.baseAddress else { continue }
        let gaps = unsafe (base + place + 2).assumingMemoryBound(to: UInt8.self)
        unsafe Word.addSparse(gaps, total, Int32(shift), below: wanted.upperBound, to: codes)
      }
    }
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
