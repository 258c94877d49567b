// ChunkDecoder.swift -- turns the bytes of a chunk into values.

import CKernels
import CZstd
package import TrajectoryModel

/// Turns the bytes of a chunk into values; keeps its memory from chunk to chunk.
///
/// One thread uses a decoder at a time. After an error the block holds no values and can be used again.
@safe package final class ChunkDecoder {
  private let context: OpaquePointer?
  /// Rows that do not lie in the chunk as they are: compressed, coded, packed, constant, and one of zeros.
  private var rows = Scratch()
  private var codeTable = Scratch()
  private var rowPointers = Scratch()
  private var doubles = Scratch()
  private var words = Scratch()

  /// Makes a decoder.
  package init() { unsafe context = ZSTD_createDCtx() }

  deinit { unsafe ZSTD_freeDCtx(context) }

  /// What of a chunk is wanted.
  package struct Window: Sendable {
    /// The examples, of those of the chunk.
    package var examples: Range<Int>
    /// The epochs below this one.
    package var epochEnd: Int

    /// Makes a window.
    package init(examples: Range<Int>, epochEnd: Int) {
      self.examples = examples
      self.epochEnd = epochEnd
    }
  }

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
    _ bytes: RawSpan, storage: ChunkStorage, shape: ChunkShape, window: Window? = nil, operands: [ChunkBlock] = [],
    into block: ChunkBlock
  ) throws(EngramError) {
    let window = window ?? Window(examples: 0..<shape.exampleCount, epochEnd: shape.epochCount)
    precondition(
      window.epochEnd >= 0 && window.epochEnd <= shape.epochCount && window.examples.lowerBound >= 0
        && window.examples.upperBound <= shape.exampleCount, "the window is in the chunk")
    precondition(
      operands.count == storage.dependencies.count
        && operands.allSatisfy {
          $0 !== block && $0.exampleCount == window.examples.count && $0.epochEnd >= window.epochEnd
        }, "the operands were decoded")
    let stored = shape.stored(isNarrowed: storage.isNarrowed)
    let out = unsafe block.prepare(
      exampleCount: window.examples.count, epochEnd: window.epochEnd, storedType: stored.elementType)
    do throws(EngramError) {
      switch storage.codec {
      case .raw: unsafe try copyRaw(bytes, shape: stored, window, to: out)
      case .planes: unsafe try decodePlanes(bytes, storage, shape: stored, window, operands, to: out)
      }
    } catch {
      block.clear()
      throw error
    }
  }

  private func copyRaw(
    _ bytes: RawSpan, shape: ChunkShape, _ window: Window, to out: UnsafeMutableRawPointer
  ) throws(EngramError) {
    guard bytes.byteCount == shape.byteCount else {
      throw Self.corrupt(
        "a raw chunk has the wrong length", 0, expected: "\(shape.byteCount) bytes", found: "\(bytes.byteCount)")
    }
    let size = shape.elementType.byteCount
    let rowByteCount = window.examples.count * size
    // SAFETY: the window lies inside the chunk, whose length was compared, and the block has room for it.
    unsafe bytes.withUnsafeBytes { source in
      guard let start = source.baseAddress else { return }
      for epoch in 0..<window.epochEnd {
        let offset = (epoch * shape.exampleCount + window.examples.lowerBound) * size
        unsafe (out + epoch * rowByteCount).copyMemory(from: start + offset, byteCount: rowByteCount)
      }
    }
  }

  private func decodePlanes(
    _ bytes: RawSpan, _ storage: ChunkStorage, shape: ChunkShape, _ window: Window, _ operands: [ChunkBlock],
    to out: UnsafeMutableRawPointer
  ) throws(EngramError) {
    let copies = try CopiedExamples(bytes, storage, shape: shape, source: operands.last)
    if copies.keptCount == 0 {
      guard bytes.byteCount == copies.byteCount else {
        throw Self.corrupt(
          "bytes follow the copies", copies.byteCount, expected: "0 bytes",
          found: "\(bytes.byteCount - copies.byteCount)")
      }
      if let source = operands.last {
        let byteCount = window.epochEnd * window.examples.count * shape.elementType.byteCount
        // SAFETY: the source has the examples, at least the epochs, and the type of this block.
        unsafe out.copyMemory(from: source.storedValues, byteCount: byteCount)
      }
      return
    }
    let rowCount = shape.elementType.byteCount * shape.epochCount
    let table = try PlaneTable(
      bytes, start: copies.byteCount, rowCount: rowCount, epochCount: shape.epochCount, count: copies.keptCount)
    try gatherRows(bytes, table, count: copies.keptCount)
    // SAFETY: `gatherRows` left a pointer to `keptCount` bytes for each row; operands and copies were checked to have
    // the window's examples and epochs; the scratch is as large as the kernel asks for.
    unsafe bytes.withUnsafeBytes { chunk in
      let count = window.examples.count
      let before =
        unsafe copies.byteCount == 0
        ? window.examples.lowerBound
        : window.examples.lowerBound - countBits(chunk, below: window.examples.lowerBound)
      let pointers = unsafe rowPointers.base.assumingMemoryBound(to: UnsafePointer<UInt8>?.self)
      for row in 0..<rowCount { unsafe pointers[row] = pointers[row].map { unsafe $0 + before } }
      if storage.prediction == nil && storage.copySource == nil && shape.elementType == .float32 {
        unsafe engram_join_block_32(
          pointers, shape.epochCount, window.epochEnd, count, storage.isDifferenced ? 1 : 0,
          out.assumingMemoryBound(to: UInt32.self))
        return
      }
      let after =
        unsafe copies.byteCount == 0
        ? window.examples.upperBound
        : window.examples.upperBound - countBits(chunk, below: window.examples.upperBound)
      doubles.reserve(6 * count * MemoryLayout<Double>.stride)
      words.reserve((5 * count + 1) * shape.elementType.byteCount)
      var plan = unsafe engram_residual_plan()
      unsafe plan.epoch_count = window.epochEnd
      unsafe plan.count = count
      unsafe plan.is_differenced = storage.isDifferenced ? 1 : 0
      unsafe plan.kept_count = after - before
      unsafe plan.first = window.examples.lowerBound
      unsafe plan.doubles = doubles.base.assumingMemoryBound(to: Double.self)
      unsafe plan.words = words.base
      if let prediction = storage.prediction {
        unsafe plan.setPrediction(prediction.predictor) { index in
          unsafe (operands[index].storedValues, operands[index].storedType)
        }
      }
      if storage.copySource != nil, let source = operands.last {
        unsafe plan.copied = chunk.baseAddress?.assumingMemoryBound(to: UInt8.self)
        unsafe plan.copy_source = source.storedValues
      }
      if shape.elementType == .float32 {
        unsafe engram_block_of_rows_32(&plan, pointers, shape.epochCount, out.assumingMemoryBound(to: UInt32.self))
      } else {
        unsafe engram_block_of_rows_64(&plan, pointers, shape.epochCount, out.assumingMemoryBound(to: UInt64.self))
      }
    }
  }

  /// The number of copies among the first examples of a chunk that starts with its copies.
  private func countBits(_ chunk: UnsafeRawBufferPointer, below count: Int) -> Int {
    guard let base = chunk.baseAddress else { return 0 }
    // SAFETY: the bits of all examples were checked to lie in the chunk.
    return unsafe engram_count_bits(base.assumingMemoryBound(to: UInt8.self), count)
  }

  /// Makes `rowPointers` point to the bytes of every row, in the chunk or in `rows`.
  private func gatherRows(_ bytes: RawSpan, _ table: PlaneTable, count: Int) throws(EngramError) {
    let codedStart = table.rowCount(of: .compressed) * count
    let packedStart = codedStart + table.rowCount(of: .coded) * count
    let constantStart = packedStart + table.packedRowCount * count
    let zeroStart = constantStart + table.rowCount(of: .constant) * count
    rows.reserve(zeroStart + count)
    rowPointers.reserve(table.classes.count * MemoryLayout<Int>.stride)
    let rawStart = try decodePlanes(bytes, table, count: count, to: codedStart)
    let frameStart = rawStart + table.rowCount(of: .raw) * count
    guard frameStart <= bytes.byteCount else {
      throw Self.corrupt(
        "a chunk is shorter than its rows", rawStart, expected: "at least \(frameStart) bytes",
        found: "\(bytes.byteCount)")
    }
    try decompress(bytes.extracting(frameStart..<bytes.byteCount), byteCount: codedStart, frameStart)
    // SAFETY: `PlaneTable` and the above have checked that all the rows lie inside the chunk, and the places of exceptions;
    // the scratch has room for all the rows that are written out.
    unsafe bytes.withUnsafeBytes { chunk in
      guard let chunkBase = chunk.baseAddress else { return }
      unsafe (rows.base + zeroStart).initializeMemory(as: UInt8.self, repeating: 0, count: count)
      let pointers = unsafe rowPointers.base.assumingMemoryBound(to: UnsafePointer<UInt8>?.self)
      var (compressed, coded) = unsafe (rows.base, rows.base + codedStart)
      var (unpacked, constant) = unsafe (rows.base + packedStart, rows.base + constantStart)
      var constantByte = table.constantStart
      var (packed, exception) = (table.packedStart, table.exceptionStart)
      var raw = unsafe chunkBase + rawStart
      for row in table.classes.indices {
        let start: UnsafeRawPointer
        let rowClass = table.classes[row]
        switch rowClass {
        case .zero:
          unsafe start = UnsafeRawPointer(rows.base + zeroStart)
        case .constant:
          unsafe start = UnsafeRawPointer(constant)
          unsafe constant.initializeMemory(as: UInt8.self, repeating: chunk[constantByte], count: count)
          unsafe constant += count
          constantByte += 1
        case .raw:
          unsafe start = raw
          unsafe raw += count
        case .compressed:
          unsafe start = UnsafeRawPointer(compressed)
          unsafe compressed += count
        case .coded:
          unsafe start = UnsafeRawPointer(coded)
          unsafe coded += count
        default:
          let width = rowClass.packedWidth ?? 0
          let out = unsafe unpacked.assumingMemoryBound(to: UInt8.self)
          unsafe engram_unpack_row((chunkBase + packed).assumingMemoryBound(to: UInt8.self), count, Int32(width), out)
          packed += RowClass.packedByteCount(width: width, count: count)
          let total = Int(bytes.uint16(at: exception))
          let (gaps, values) = (exception + 2, exception + 2 + total)
          var next = 0
          for index in 0..<total {
            let gap = Int(unsafe chunk[gaps + index])
            next += gap
            if gap == RowClass.longestGap { continue }
            unsafe out[next] = chunk[values + index]
            next += 1
          }
          exception = values + total
          unsafe start = UnsafeRawPointer(unpacked)
          unsafe unpacked += count
        }
        unsafe pointers[row] = start.assumingMemoryBound(to: UInt8.self)
      }
    }
  }

  /// Decodes the coded planes into `rows`, from an offset on; returns where they end in the chunk.
  private func decodePlanes(
    _ bytes: RawSpan, _ table: PlaneTable, count: Int, to start: Int
  ) throws(EngramError) -> Int {
    var next = table.codedStart
    if table.rowCount(of: .coded) == 0 { return next }
    codeTable.reserve(MemoryLayout<engram_prefix_table>.stride)
    let epochCount = table.epochCount
    // SAFETY: the scratch has room for every coded row; planes write one after the other.
    var out = unsafe (rows.base + start).assumingMemoryBound(to: UInt8.self)
    for plane in stride(from: 0, to: table.classes.count, by: epochCount) {
      var codedCount = 0
      for row in plane..<(plane + epochCount) where table.classes[row] == .coded { codedCount += 1 }
      if codedCount == 0 { continue }
      unsafe next = try PrefixCode.decode(
        bytes, at: next, count: codedCount * count,
        table: codeTable.base.assumingMemoryBound(to: engram_prefix_table.self), to: out)
      unsafe out += codedCount * count
    }
    return next
  }

  /// Decompresses one zstd frame of a known content size into `rows`.
  private func decompress(_ frame: RawSpan, byteCount: Int, _ offset: Int) throws(EngramError) {
    if byteCount == 0 {
      guard frame.isEmpty else {
        throw Self.corrupt("bytes follow the last row", offset, expected: "0 bytes", found: "\(frame.byteCount)")
      }
      return
    }
    // SAFETY: both regions are as long as stated; zstd writes at most `byteCount` bytes.
    let (frameByteCount, result) = unsafe frame.withUnsafeBytes { source in
      // A skippable frame is not a frame of content, and a second frame is not one.
      let isFrame = unsafe source.count >= 4 && source.loadUnaligned(as: UInt32.self) == ZSTD_MAGICNUMBER.littleEndian
      let frameByteCount = unsafe isFrame ? ZSTD_findFrameCompressedSize(source.baseAddress, source.count) : 0
      guard frameByteCount == source.count else { return (frameByteCount, 0) }
      return unsafe (
        frameByteCount, ZSTD_decompressDCtx(context, rows.base, byteCount, source.baseAddress, source.count)
      )
    }
    guard frameByteCount == frame.byteCount, result == byteCount else {
      throw Self.corrupt(
        "the compressed rows are not one zstd frame of the right size", offset, expected: "\(byteCount) bytes",
        found: ZSTD_isError(result) != 0 ? unsafe String(cString: ZSTD_getErrorName(result)) : "another size")
    }
  }

  static func corrupt(_ message: String, _ offset: Int, expected: String, found: String) -> EngramError {
    EngramError(.corrupt, message, place: "chunk", offset: offset, expected: expected, found: found)
  }
}
