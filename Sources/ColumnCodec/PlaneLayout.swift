// PlaneLayout.swift -- the byte planes of a chunk, each row with its class.

import CKernels
import TrajectoryModel

/// The byte planes of a chunk, each row with its class, and what they are likely to cost.
struct PlaneLayout: ~Copyable {
  /// The class of each row; row = plane * epochs + epoch.
  private(set) var classes: [RowClass] = []
  /// The likely size, by the entropy of each row alone.
  private(set) var estimatedBits = 0.0
  private var planes = Scratch()

  init() {}

  /// The number of rows of a class.
  borrowing func rowCount(of rowClass: RowClass) -> Int { classes.reduce(0) { $0 + ($1 == rowClass ? 1 : 0) } }

  /// The bytes of a row; valid until the next fill.
  borrowing func row(_ row: Int, count: Int) -> UnsafeBufferPointer<UInt8> {
    // SAFETY: `fill` wrote `classes.count` rows of `count` bytes one after the other.
    unsafe UnsafeBufferPointer(
      start: (planes.base + row * count).assumingMemoryBound(to: UInt8.self), count: count)
  }

  /// Splits a block of `[epoch][example]` into rows and classifies them.
  mutating func fill(_ values: UnsafeRawPointer, shape: ChunkShape, isDelta: Bool, countLog: [Double]) {
    let (epochs, count, width) = (shape.epochCount, shape.exampleCount, shape.elementType.byteCount)
    planes.reserve(shape.byteCount)
    for epoch in 0..<epochs {
      let hasPrevious = isDelta && epoch > 0
      // SAFETY: the block holds `epochs * count` values; row (plane, epoch) starts at (plane * epochs + epoch) * count.
      unsafe (planes.base + epoch * count).withMemoryRebound(to: UInt8.self, capacity: 1) { out in
        if width == 4 {
          let current = unsafe values.assumingMemoryBound(to: UInt32.self) + epoch * count
          unsafe engram_split_planes_32(current, hasPrevious ? current - count : nil, count, out, epochs * count)
        } else {
          let current = unsafe values.assumingMemoryBound(to: UInt64.self) + epoch * count
          unsafe engram_split_planes_64(current, hasPrevious ? current - count : nil, count, out, epochs * count)
        }
      }
    }
    classify(rowCount: width * epochs, count: count, countLog: countLog)
  }

  private mutating func classify(rowCount: Int, count: Int, countLog: [Double]) {
    let rawBits = Double(count) * 8
    classes.removeAll(keepingCapacity: true)
    estimatedBits = 0
    for row in 0..<rowCount {
      let bytes = unsafe self.row(row, count: count)
      // SAFETY: the row is `count` bytes long and the table reaches up to `count`.
      let entropy = unsafe countLog.withUnsafeBufferPointer { table in
        unsafe engram_entropy_bits(bytes.baseAddress, count, table.baseAddress)
      }
      if entropy == 0 {
        let isZero = unsafe bytes[0] == 0
        classes.append(isZero ? .zero : .constant)
        estimatedBits += isZero ? 0 : 8
      } else if entropy > rawBits * ChunkEncoder.rawEntropyShare {
        classes.append(.raw)
        estimatedBits += rawBits
      } else {
        classes.append(.compressed)
        estimatedBits += entropy
      }
    }
  }
}
