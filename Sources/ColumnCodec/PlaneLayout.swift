// PlaneLayout.swift -- the byte planes of a chunk, each row with the class that serves it best.

import CKernels
import TrajectoryModel

/// The byte planes of a chunk's codes, each row with the class that serves it best.
struct PlaneLayout: ~Copyable {
  /// What an exception costs: its gap and its byte.
  private static let exceptionBits = 16.0
  /// The number of exceptions of a packed row.
  private static let exceptionCountBits = 16.0
  /// The most exceptions of a row, so that their number and the longest gaps between them fit into 16 bits.
  private static let mostExceptions: UInt32 = 65_000
  /// What the prefix code of a plane costs: its lengths, the sizes of its streams, and the time to make its table.
  private static let codeBits = 1000.0

  /// The class of each row; row = plane * epochs + epoch.
  private(set) var classes: [RowClass] = []
  /// The likely size in bits, and what the time to decode is worth.
  private(set) var cost = 0.0
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

  /// Changes the class of every row of one class.
  mutating func replace(_ old: RowClass, with new: RowClass) {
    for row in classes.indices where classes[row] == old { classes[row] = new }
  }

  /// Splits codes of `[epoch][example]` into rows and classifies them.
  ///
  /// - Parameters:
  ///   - codes: The codes, as wide as the type.
  ///   - shape: Their axes, of the examples that are not copies.
  ///   - countLog: `c * log2(c)` for every c up to the number of examples.
  ///   - worthCoding: What a byte must save, as a share of a byte, to be worth the time of decoding its code.
  mutating func fill(_ codes: UnsafeRawPointer, shape: ChunkShape, countLog: [Double], worthCoding: Double) {
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
    cost = 0
    var plain: [RowClass] = []
    for plane in 0..<width {
      var (codedCost, plainCost) = (Self.codeBits, 0.0)
      plain.removeAll(keepingCapacity: true)
      for epoch in 0..<epochs {
        let (best, withoutCode) = classify(plane * epochs + epoch, countLog: countLog, worthCoding: worthCoding)
        classes.append(best.rowClass)
        codedCost += best.bits
        plain.append(withoutCode.rowClass)
        plainCost += withoutCode.bits
      }
      if plainCost <= codedCost { classes.replaceSubrange((plane * epochs)..., with: plain) }
      cost += min(plainCost, codedCost)
    }
  }

  /// The class that serves a row best, and the best that needs no code, each with its cost in bits.
  private borrowing func classify(
    _ row: Int, countLog: [Double], worthCoding: Double
  ) -> (best: (rowClass: RowClass, bits: Double), withoutCode: (rowClass: RowClass, bits: Double)) {
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
    for width in 0...RowClass.widestPacking where atLeast[width] <= Self.mostExceptions {
      let packedBytes = RowClass.packedByteCount(width: width, count: rowByteCount)
      let bits = Double(packedBytes) * 8 + Self.exceptionCountBits + Double(atLeast[width]) * Self.exceptionBits
      if bits < best.bits { best = (.packed(width: width), bits) }
    }
    let codedBits = entropy + rawBits * worthCoding
    return (codedBits < best.bits ? (.coded, codedBits) : best, best)
  }
}
