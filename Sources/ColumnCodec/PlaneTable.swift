// PlaneTable.swift -- the front of a chunk of byte planes, read and checked.

import TrajectoryModel

/// The front of a chunk of byte planes: the class of each row and where the parts start.
struct PlaneTable {
  /// The class of each row; row = plane * epochs + epoch.
  let classes: [RowClass]
  /// The offset of the constants.
  let constantStart: Int
  /// The offset of the raw rows.
  let rawStart: Int
  /// The offset of the zstd frame, at most the length of the chunk.
  let frameStart: Int
  private let counts: (zero: Int, constant: Int, raw: Int, compressed: Int)

  /// Reads the table of a chunk.
  ///
  /// - Throws: `corrupt` when a part does not fit into the chunk or a constant is zero.
  init(_ chunk: RawSpan, shape: ChunkShape) throws(EngramError) {
    let rowCount = shape.elementType.byteCount * shape.epochCount
    let tableByteCount = RowClass.tableByteCount(rows: rowCount)
    guard chunk.byteCount >= tableByteCount else {
      throw ChunkDecoder.corrupt(
        "a chunk is shorter than its class table", 0, expected: "\(tableByteCount) bytes", found: "\(chunk.byteCount)")
    }
    var classes: [RowClass] = []
    classes.reserveCapacity(tableByteCount * 4)
    var counts = (zero: 0, constant: 0, raw: 0, compressed: 0)
    for offset in 0..<tableByteCount {
      var packed = chunk.byte(at: offset)
      for _ in 0..<4 {
        switch packed & 3 {
        case 0:
          classes.append(.zero)
          counts.zero += 1
        case 1:
          classes.append(.constant)
          counts.constant += 1
        case 2:
          classes.append(.raw)
          counts.raw += 1
        default:
          classes.append(.compressed)
          counts.compressed += 1
        }
        packed >>= 2
      }
    }
    self.classes = classes
    self.counts = counts
    constantStart = tableByteCount
    rawStart = constantStart + counts.constant
    // No overflow: at most 8 * 16,384 rows of at most 65,536 bytes, see `SegmentLimits`.
    frameStart = rawStart + counts.raw * shape.exampleCount
    guard frameStart <= chunk.byteCount else {
      throw ChunkDecoder.corrupt(
        "a chunk is shorter than its rows", tableByteCount, expected: "at least \(frameStart) bytes",
        found: "\(chunk.byteCount)")
    }
    for offset in constantStart..<rawStart where chunk.byte(at: offset) == 0 {
      throw ChunkDecoder.corrupt("a constant row is zero", offset, expected: "another class", found: "0")
    }
  }

  /// The number of rows of a class.
  func rowCount(of rowClass: RowClass) -> Int {
    switch rowClass {
    case .zero: counts.zero
    case .constant: counts.constant
    case .raw: counts.raw
    case .compressed: counts.compressed
    }
  }
}

extension RawSpan {
  /// The byte at an offset, which must be inside.
  package func byte(at offset: Int) -> UInt8 {
    // SAFETY: every bit pattern is a UInt8; the load checks the offset.
    unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
  }
}
