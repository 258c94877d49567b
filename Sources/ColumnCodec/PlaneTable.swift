// PlaneTable.swift -- the front of a chunk of byte planes, read and checked.

import TrajectoryModel

/// The front of a chunk of byte planes: the class of each row and where the parts start.
struct PlaneTable {
  /// The class of each row; row = plane * epochs + epoch.
  let classes: [RowClass]
  /// The rows of each plane.
  let epochCount: Int
  /// The number of rows of each class, by raw value.
  private let counts: [Int]
  /// The offset of the constants.
  let constantStart: Int
  /// The offset of the packed rows.
  let packedStart: Int
  /// The offset of the exceptions.
  let exceptionStart: Int
  /// The offset of the coded planes, at most the length of the chunk.
  let codedStart: Int

  /// Reads the table of a chunk.
  ///
  /// - Parameters:
  ///   - chunk: The whole chunk.
  ///   - start: Where the table starts.
  ///   - rowCount: The number of rows.
  ///   - epochCount: The rows of each plane.
  ///   - count: Bytes of each row, the examples that are not copies; at least 1.
  /// - Throws: `corrupt` when a part does not fit into the chunk, a class is not known, a constant is zero, or an
  ///   exception is of no example.
  init(_ chunk: RawSpan, start: Int, rowCount: Int, epochCount: Int, count: Int) throws(EngramError) {
    self.epochCount = epochCount
    constantStart = start + RowClass.tableByteCount(rows: rowCount)
    guard chunk.byteCount >= constantStart else {
      throw ChunkDecoder.corrupt(
        "a chunk is shorter than its class table", start, expected: "\(constantStart - start) bytes",
        found: "\(chunk.byteCount - start)")
    }
    var classes: [RowClass] = []
    classes.reserveCapacity(rowCount)
    var counts = Array(repeating: 0, count: 16)
    for offset in start..<constantStart {
      let pair = chunk.byte(at: offset)
      for nibble in [pair & 15, pair >> 4] {
        classes.append(RowClass(rawValue: nibble))
        counts[Int(nibble)] += 1
      }
    }
    guard counts[RowClass.count...].allSatisfy({ $0 == 0 }) else {
      throw ChunkDecoder.corrupt("a row has a class that is not known", start, expected: "0 to 12", found: "others")
    }
    self.classes = classes
    self.counts = counts
    // No overflow: at most 8 * 16,384 rows of at most 65,536 bytes, see `SegmentLimits`.
    packedStart = constantStart + counts[Int(RowClass.constant.rawValue)]
    exceptionStart =
      packedStart
      + (0...RowClass.widestPacking).reduce(0) { sum, width in
        sum + counts[4 + width] * RowClass.packedByteCount(width: width, count: count)
      }
    guard exceptionStart <= chunk.byteCount else {
      throw ChunkDecoder.corrupt(
        "a chunk is shorter than its rows", constantStart, expected: "at least \(exceptionStart) bytes",
        found: "\(chunk.byteCount)")
    }
    for offset in constantStart..<packedStart where chunk.byte(at: offset) == 0 {
      throw ChunkDecoder.corrupt("a constant row is zero", offset, expected: "another class", found: "0")
    }
    var next = exceptionStart
    for rowClass in classes where rowClass.packedWidth != nil {
      next = try Self.checkExceptions(chunk, at: next, count: count)
    }
    codedStart = next
  }

  /// Checks the exceptions of one row; returns where they end.
  private static func checkExceptions(_ chunk: RawSpan, at start: Int, count: Int) throws(EngramError) -> Int {
    guard start + 2 <= chunk.byteCount else {
      throw ChunkDecoder.corrupt(
        "a chunk is shorter than its exceptions", start, expected: "2 bytes", found: "\(chunk.byteCount - start)")
    }
    let total = Int(chunk.uint16(at: start))
    let end = start + 2 + 2 * total
    guard end <= chunk.byteCount else {
      throw ChunkDecoder.corrupt(
        "a chunk is shorter than its exceptions", start, expected: "\(2 * total) bytes",
        found: "\(chunk.byteCount - start - 2)")
    }
    var next = 0
    for index in 0..<total {
      let gap = Int(chunk.byte(at: start + 2 + index))
      next += gap == RowClass.longestGap ? gap : gap + 1
    }
    guard next <= count else {
      throw ChunkDecoder.corrupt(
        "an exception is of no example", start, expected: "\(count) examples", found: "\(next)")
    }
    return end
  }

  /// The number of rows of a class.
  func rowCount(of rowClass: RowClass) -> Int { counts[Int(rowClass.rawValue)] }
  /// The number of packed rows of any width.
  var packedRowCount: Int { counts[4...11].reduce(0, +) }
}

extension RawSpan {
  /// The byte at an offset, which must be inside.
  package func byte(at offset: Int) -> UInt8 {
    // SAFETY: every bit pattern is a UInt8; the load checks the offset.
    unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
  }

  /// The 16-bit number at an offset, which must be inside, least significant byte first.
  func uint16(at offset: Int) -> UInt16 {
    // SAFETY: every bit pattern is a number; the load checks the offset and needs no alignment.
    UInt16(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
  }
}
