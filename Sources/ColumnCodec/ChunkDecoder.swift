// ChunkDecoder.swift -- turns the bytes of a chunk into values and hands them out.

import CKernels
import CZstd
package import TrajectoryModel

/// Turns the bytes of a chunk into values and hands them out; keeps its memory from chunk to chunk.
///
/// One thread uses a decoder at a time. After an error the decoder holds no values and can be used again.
@safe package final class ChunkDecoder {
  private let context: OpaquePointer?
  /// The values of the stored type, `[epoch][example]`.
  private var block = Scratch()
  /// The same values as the other type, made when they are first asked for.
  private var converted = Scratch()
  private var rows = Scratch()
  private var rowPointers = Scratch()
  var tile = Scratch()
  var means = Scratch()
  private var hasConverted = false

  /// The type that the values are stored as; Float32 for a narrowed Float64 chunk.
  private var storedType = ElementType.float32
  /// The number of examples in the block.
  package private(set) var exampleCount = 0
  /// The number of epochs, from the first on, that were decoded.
  package private(set) var epochEnd = 0

  /// Makes a decoder.
  package init() { unsafe context = ZSTD_createDCtx() }

  deinit { unsafe ZSTD_freeDCtx(context) }

  /// Decodes a chunk into the decoder's own block of `[epoch][example]`.
  ///
  /// - Parameters:
  ///   - bytes: The chunk; the caller has compared its checksum.
  ///   - storage: How it is stored.
  ///   - shape: What it holds.
  ///   - epochEnd: Decode only the epochs below this one; nil for all.
  /// - Throws: `corrupt` when the bytes break a rule of the format; offsets count from the start of the chunk.
  /// - Complexity: O(values); memory of three times the values.
  package func decode(_ bytes: RawSpan, storage: ChunkStorage, shape: ChunkShape, epochEnd: Int? = nil)
    throws(EngramError)
  {
    let end = epochEnd ?? shape.epochCount
    precondition(end >= 0 && end <= shape.epochCount, "the epochs exist")
    exampleCount = 0
    self.epochEnd = 0
    hasConverted = false
    storedType = storage.isNarrowed ? .float32 : shape.elementType
    let stored = ChunkShape(
      epochCount: shape.epochCount, exampleCount: shape.exampleCount, elementType: storedType)
    block.reserve(stored.byteCount)
    switch storage.codec {
    case .raw: try copyRaw(bytes, shape: stored, epochEnd: end)
    case .planes: try joinPlanes(bytes, shape: stored, epochEnd: end, isDelta: false)
    case .deltaPlanes: try joinPlanes(bytes, shape: stored, epochEnd: end, isDelta: true)
    }
    exampleCount = shape.exampleCount
    self.epochEnd = end
  }

  /// Writes examples and epochs of the decoded chunk into a matrix.
  ///
  /// Value `(run.source + i, epochs[k])` goes to element `(run.destination + i) * exampleStride + k * epochStride`.
  /// Float32 values become Float64 exactly, by bits, NaN payloads included. Float64 values become Float32 by rounding;
  /// a NaN stays a NaN, of whatever payload. Fast when either stride is 1. Runs in ascending order of source are faster.
  ///
  /// - Parameters:
  ///   - runs: The examples; each within the chunk.
  ///   - epochs: Indices of epochs that were decoded, in the order of the columns.
  ///   - elementType: The type of the matrix.
  ///   - exampleStride: Elements from one row to the next.
  ///   - epochStride: Elements from one epoch to the next.
  ///   - base: Element 0 of the matrix, aligned to its type; every element that is named must exist.
  @unsafe package func scatter(
    runs: Span<RowRun>, epochs: Span<Int32>, elementType: ElementType, exampleStride: Int, epochStride: Int,
    base: UnsafeMutableRawPointer
  ) {
    for index in runs.indices {
      let run = runs[index]
      precondition(
        run.source >= 0 && run.count >= 0 && Int(run.source) + Int(run.count) <= exampleCount,
        "the examples are in the chunk")
    }
    for index in epochs.indices {
      precondition(epochs[index] >= 0 && Int(epochs[index]) < epochEnd, "the epochs were decoded")
    }
    if runs.isEmpty || epochs.isEmpty { return }
    let values = unsafe self.values(as: elementType)
    tile.reserve(Int(ENGRAM_SCATTER_TILE) * epochs.count * elementType.byteCount)
    // SAFETY: sources and epochs were checked above; the caller vouches for the destinations. `RowRun` has the layout
    // of `engram_row_run`, which a test checks.
    unsafe runs.withUnsafeBytes { runBytes in
      unsafe epochs.withUnsafeBufferPointer { epochs in
        let runs = unsafe runBytes.assumingMemoryBound(to: engram_row_run.self)
        if elementType == .float32 {
          unsafe engram_scatter_32(
            values.assumingMemoryBound(to: UInt32.self), exampleCount, epochs.baseAddress, epochs.count,
            runs.baseAddress, runs.count, exampleStride, epochStride, base.assumingMemoryBound(to: UInt32.self),
            tile.base.assumingMemoryBound(to: UInt32.self))
        } else {
          unsafe engram_scatter_64(
            values.assumingMemoryBound(to: UInt64.self), exampleCount, epochs.baseAddress, epochs.count,
            runs.baseAddress, runs.count, exampleStride, epochStride, base.assumingMemoryBound(to: UInt64.self),
            tile.base.assumingMemoryBound(to: UInt64.self))
        }
      }
    }
  }

  /// The decoded values as a type, `[epoch][example]`; valid until the next call of any method.
  @unsafe package func values(as elementType: ElementType) -> UnsafeRawPointer {
    let count = exampleCount * epochEnd
    if elementType == storedType { return unsafe UnsafeRawPointer(block.base) }
    if !hasConverted {
      converted.reserve(count * elementType.byteCount)
      // SAFETY: the block holds `count` values of the stored type and the scratch has room for as many of the other.
      if elementType == .float64 {
        unsafe engram_widen(
          block.base.assumingMemoryBound(to: UInt32.self), count, converted.base.assumingMemoryBound(to: UInt64.self))
      } else {
        unsafe engram_round(
          block.base.assumingMemoryBound(to: Double.self), count, converted.base.assumingMemoryBound(to: Float.self))
      }
      hasConverted = true
    }
    return unsafe UnsafeRawPointer(converted.base)
  }

  // MARK: Codecs

  private func copyRaw(_ bytes: RawSpan, shape: ChunkShape, epochEnd: Int) throws(EngramError) {
    guard bytes.byteCount == shape.byteCount else {
      throw Self.corrupt(
        "a raw chunk has the wrong length", 0, expected: "\(shape.byteCount) bytes", found: "\(bytes.byteCount)")
    }
    let wanted = epochEnd * shape.exampleCount * shape.elementType.byteCount
    // SAFETY: `wanted` is at most the length of both regions.
    unsafe bytes.withUnsafeBytes { source in
      if let start = source.baseAddress { unsafe block.base.copyMemory(from: start, byteCount: wanted) }
    }
  }

  private func joinPlanes(_ bytes: RawSpan, shape: ChunkShape, epochEnd: Int, isDelta: Bool) throws(EngramError) {
    let layout = try PlaneTable(bytes, shape: shape)
    let count = shape.exampleCount
    let rowCount = layout.classes.count
    // Constant rows are written out here, after the rows of the zstd frame; the zero row is the last.
    let constantStart = layout.rowCount(of: .compressed) * count
    let zeroStart = constantStart + layout.rowCount(of: .constant) * count
    rows.reserve(zeroStart + count)
    rowPointers.reserve(rowCount * MemoryLayout<Int>.stride)
    try decompress(bytes.extracting(layout.frameStart..<bytes.byteCount), byteCount: constantStart, layout.frameStart)
    // SAFETY: `PlaneTable` has checked that all the rows lie inside the chunk; the scratch has room for all the others;
    // the pointers are used before either can go away.
    unsafe bytes.withUnsafeBytes { chunk in
      guard let chunkBase = chunk.baseAddress else { return }
      unsafe (rows.base + zeroStart).initializeMemory(as: UInt8.self, repeating: 0, count: count)
      let pointers = unsafe rowPointers.base.assumingMemoryBound(to: UnsafePointer<UInt8>?.self)
      var (compressed, constant) = unsafe (rows.base, rows.base + constantStart)
      var constantByte = layout.constantStart
      var raw = unsafe chunkBase + layout.rawStart
      for row in 0..<rowCount {
        let start: UnsafeRawPointer
        switch layout.classes[row] {
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
        }
        unsafe pointers[row] = start.assumingMemoryBound(to: UInt8.self)
      }
      if shape.elementType == .float32 {
        unsafe engram_join_planes_32(
          pointers, shape.epochCount, epochEnd, count, isDelta ? 1 : 0, block.base.assumingMemoryBound(to: UInt32.self))
      } else {
        unsafe engram_join_planes_64(
          pointers, shape.epochCount, epochEnd, count, isDelta ? 1 : 0, block.base.assumingMemoryBound(to: UInt64.self))
      }
    }
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
