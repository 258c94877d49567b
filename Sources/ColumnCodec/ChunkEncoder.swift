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
  /// A row whose entropy is above this share of 8 bits is stored raw: it gains little and costs time to decode.
  static let rawEntropyShare = 0.9
  /// A layout whose estimate is within this factor of the best one's is compressed too, to measure it.
  static let worthMeasuring = 1.1

  private let context: OpaquePointer?
  private var narrowed = Scratch()
  private var plain = PlaneLayout()
  private var delta = PlaneLayout()
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
  /// - Returns: The smallest of the encodings that were measured; of equal ones, the one with the lowest codec number.
  /// - Throws: `limit` when zstd has no memory.
  @unsafe package func encode(_ block: UnsafeRawPointer, shape: ChunkShape) throws(EngramError) -> EncodedChunk {
    precondition(shape.epochCount > 0 && shape.exampleCount > 0, "a chunk has values")
    let zone = unsafe ZoneMap(block, count: shape.valueCount, elementType: shape.elementType)
    var values = unsafe block
    var storedType = shape.elementType
    if shape.elementType == .float64 {
      narrowed.reserve(shape.valueCount * 4)
      // SAFETY: the block holds `valueCount` Float64 and the scratch as many Float32.
      let isExact = unsafe engram_narrow(
        block.assumingMemoryBound(to: UInt64.self), shape.valueCount,
        narrowed.base.assumingMemoryBound(to: UInt32.self))
      if isExact != 0 {
        unsafe values = UnsafeRawPointer(narrowed.base)
        storedType = .float32
      }
    }
    let stored = ChunkShape(
      epochCount: shape.epochCount, exampleCount: shape.exampleCount, elementType: storedType)
    let (codec, bytes) = unsafe try smallest(values, shape: stored)
    return EncodedChunk(
      bytes: bytes, storage: ChunkStorage(codec: codec, isNarrowed: storedType != shape.elementType), zone: zone)
  }

  /// The smallest encoding of values of the stored type.
  private func smallest(_ values: UnsafeRawPointer, shape: ChunkShape) throws(EngramError) -> (ChunkCodec, [UInt8]) {
    extendCountLog(to: shape.exampleCount)
    unsafe plain.fill(values, shape: shape, isDelta: false, countLog: countLog)
    var candidates: [(ChunkCodec, [UInt8])] = []
    if shape.epochCount > 1 {
      unsafe delta.fill(values, shape: shape, isDelta: true, countLog: countLog)
      let bound = min(plain.estimatedBits, delta.estimatedBits) * Self.worthMeasuring
      if plain.estimatedBits <= bound { candidates.append((.planes, try pack(plain, shape: shape))) }
      if delta.estimatedBits <= bound { candidates.append((.deltaPlanes, try pack(delta, shape: shape))) }
    } else {
      candidates.append((.planes, try pack(plain, shape: shape)))
    }
    var best: (ChunkCodec, [UInt8])?
    for candidate in candidates where candidate.1.count < (best?.1.count ?? shape.byteCount) { best = candidate }
    // SAFETY: the caller's block holds `byteCount` bytes.
    return best ?? (.raw, unsafe [UInt8](UnsafeRawBufferPointer(start: values, count: shape.byteCount)))
  }

  /// The bytes of a chunk of byte planes.
  private func pack(_ layout: borrowing PlaneLayout, shape: ChunkShape) throws(EngramError) -> [UInt8] {
    let count = shape.exampleCount
    let frameByteCount = try compress(layout, count: count)
    var bytes: [UInt8] = []
    let tableByteCount = RowClass.tableByteCount(rows: layout.classes.count)
    bytes.reserveCapacity(tableByteCount + layout.classes.count + layout.rowCount(of: .raw) * count + frameByteCount)
    for start in stride(from: 0, to: layout.classes.count, by: 4) {
      var packed: UInt8 = 0
      for (place, rowClass) in layout.classes[start..<(start + 4)].enumerated() {
        packed |= rowClass.rawValue << UInt8(2 * place)
      }
      bytes.append(packed)
    }
    for (row, rowClass) in layout.classes.enumerated() where rowClass == .constant {
      unsafe bytes.append(layout.row(row, count: count)[0])
    }
    for (row, rowClass) in layout.classes.enumerated() where rowClass == .raw {
      unsafe bytes.append(contentsOf: layout.row(row, count: count))
    }
    // SAFETY: `compress` left that many bytes in the scratch.
    unsafe bytes.append(contentsOf: UnsafeRawBufferPointer(start: frame.base, count: frameByteCount))
    return bytes
  }

  /// Compresses the rows of class `compressed` into `frame`; returns the size of the frame, 0 without such rows.
  private func compress(_ layout: borrowing PlaneLayout, count: Int) throws(EngramError) -> Int {
    let byteCount = layout.rowCount(of: .compressed) * count
    guard byteCount > 0 else { return 0 }
    rows.reserve(byteCount)
    var offset = 0
    for (row, rowClass) in layout.classes.enumerated() where rowClass == .compressed {
      // SAFETY: the scratch has room for every row of this class.
      let bytes = unsafe UnsafeRawBufferPointer(layout.row(row, count: count))
      unsafe UnsafeMutableRawBufferPointer(start: rows.base + offset, count: count).copyMemory(from: bytes)
      offset += count
    }
    let bound = ZSTD_compressBound(byteCount)
    frame.reserve(bound)
    // SAFETY: both regions are as long as stated and belong to this encoder.
    let result = unsafe ZSTD_compressCCtx(context, frame.base, bound, rows.base, byteCount, Self.compressionLevel)
    guard ZSTD_isError(result) == 0 else {
      throw EngramError(
        .limit, "zstd could not compress a chunk", found: unsafe String(cString: ZSTD_getErrorName(result)))
    }
    return result
  }

  private func extendCountLog(to count: Int) {
    while countLog.count <= count { countLog.append(Double(countLog.count) * log2(Double(countLog.count))) }
  }
}
