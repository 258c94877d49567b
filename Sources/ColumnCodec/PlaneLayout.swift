// PlaneLayout.swift -- the byte planes of a chunk, each row with the class that serves it best.

import CKernels
import TrajectoryModel

/// The byte planes of a chunk's codes, each row with the class that serves it best.
struct PlaneLayout: ~Copyable {
  /// A byte that goes through zstd must save this share of a byte, or its row is stored in another way.
  ///
  /// Decoding zstd costs more than everything else together; benchmarks/store measures what this share costs in size.
  static let worthCompressing = 0.25
  /// What starting zstd for a chunk is worth, in bits: its tables take longer to build than a thousand bytes to decode.
  static let frameBits = 8192.0
  /// What an exception costs: its place and its byte.
  private static let exceptionBits = 24.0
  /// The number of exceptions of a packed row.
  private static let exceptionCountBits = 16.0

  /// The class of each row; row = plane * epochs + epoch.
  private(set) var classes: [RowClass] = []
  /// The likely size in bits, with what decoding is worth added to it.
  private(set) var cost = 0.0
  /// What the classes would be without a zstd frame.
  private var unframedClasses: [RowClass] = []
  /// Bytes of each row.
  private(set) var rowByteCount = 0
  private var planes = Scratch()

  init() {}

  /// The number of rows of a class.
  borrowing func rowCount(of rowClass: RowClass) -> Int { classes.reduce(0) { $0 + ($1 == rowClass ? 1 : 0) } }

  /// The bytes of a row; valid until the next fill.
  borrowing func row(_ row: Int) -> UnsafeBufferPointer<UInt8> {
    // SAFETY: `fill` wrote `classes.count` rows one after the other.
    unsafe UnsafeBufferPointer(
      start: (planes.base + row * rowByteCount).assumingMemoryBound(to: UInt8.self), count: rowByteCount)
  }

  /// Splits codes of `[epoch][example]` into rows and classifies them.
  ///
  /// - Parameters:
  ///   - codes: The codes, as wide as the type.
  ///   - shape: Their axes, of the examples that are not copies.
  ///   - countLog: `c * log2(c)` for every c up to the number of examples.
  mutating func fill(_ codes: UnsafeRawPointer, shape: ChunkShape, countLog: [Double]) {
    let (epochs, count, width) = (shape.epochCount, shape.exampleCount, shape.elementType.byteCount)
    rowByteCount = count
    planes.reserve(shape.byteCount)
    for epoch in 0..<epochs {
      // SAFETY: there are `epochs * count` codes; row (plane, epoch) starts at (plane * epochs + epoch) * count.
      unsafe (planes.base + epoch * count).withMemoryRebound(to: UInt8.self, capacity: 1) { out in
        if width == 4 {
          unsafe engram_split_planes_32(
            codes.assumingMemoryBound(to: UInt32.self) + epoch * count, count, out, epochs * count)
        } else {
          unsafe engram_split_planes_64(
            codes.assumingMemoryBound(to: UInt64.self) + epoch * count, count, out, epochs * count)
        }
      }
    }
    classes.removeAll(keepingCapacity: true)
    unframedClasses.removeAll(keepingCapacity: true)
    cost = Self.frameBits
    var unframedCost = 0.0
    for row in 0..<(width * epochs) {
      let (best, unframed) = classify(row, countLog: countLog)
      classes.append(best.rowClass)
      cost += best.bits
      unframedClasses.append(unframed.rowClass)
      unframedCost += unframed.bits
    }
    if unframedCost <= cost {
      swap(&classes, &unframedClasses)
      cost = unframedCost
    }
  }

  /// The class that serves a row best, and the best that needs no frame, each with its cost in bits.
  private borrowing func classify(
    _ row: Int, countLog: [Double]
  ) -> (best: (rowClass: RowClass, bits: Double), unframed: (rowClass: RowClass, bits: Double)) {
    let bytes = unsafe self.row(row)
    var atLeast: [8 of UInt32] = .init(repeating: 0)
    var span = atLeast.mutableSpan
    // SAFETY: the row is `rowByteCount` bytes long, the table reaches up to that count, and there is room for 8 numbers.
    let entropy = unsafe countLog.withUnsafeBufferPointer { table in
      unsafe span.withUnsafeMutableBufferPointer { atLeast in
        unsafe engram_row_facts(bytes.baseAddress, rowByteCount, table.baseAddress, atLeast.baseAddress)
      }
    }
    if entropy == 0 {
      let isZero = unsafe bytes[0] == 0
      let only: (RowClass, Double) = isZero ? (.zero, 0) : (.constant, 8)
      return (only, only)
    }
    let rawBits = Double(rowByteCount) * 8
    var best = (rowClass: RowClass.raw, bits: rawBits)
    for width in 0...RowClass.widestPacking where atLeast[width] <= UInt32(UInt16.max) {
      let packedBytes = RowClass.packedByteCount(width: width, count: rowByteCount)
      let bits = Double(packedBytes) * 8 + Self.exceptionCountBits + Double(atLeast[width]) * Self.exceptionBits
      if bits < best.bits { best = (.packed(width: width), bits) }
    }
    let compressedBits = entropy + rawBits * Self.worthCompressing
    return (compressedBits < best.bits ? (.compressed, compressedBits) : best, best)
  }
}
