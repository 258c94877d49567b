// CodeTable.swift -- the front of a chunk of codes, read and checked.

import Base
import CCodecKernels
import TrajectoryModel

/// The front of a chunk of codes: the shift of each grade at each epoch, the class of each row, and where everything lies.
///
/// It keeps its memory from chunk to chunk.
struct CodeTable {
  /// The low bits of the codes that are packed, for each epoch and in it for each grade.
  private(set) var shifts: [UInt8] = []
  /// The number of epochs, and of grades.
  private(set) var epochCount = 0
  private(set) var gradeCount = 1
  /// The class of each row; row = plane * epochs + epoch.
  private(set) var classes: [RowClass] = []
  /// For each epoch the offset of its low bits in the chunk.
  private(set) var lowStarts: [Int] = []
  /// For each row by its class: the offset of its constant or of its exceptions in the chunk, or its number in the frame.
  private(set) var places: [Int] = []
  /// The number of rows in the frame.
  private(set) var compressedCount = 0
  /// The offset of the zstd frame, at most the length of the chunk.
  private(set) var frameStart = 0

  /// Reads the table of a chunk.
  ///
  /// - Parameters:
  ///   - chunk: The whole chunk.
  ///   - start: Where the shifts start.
  ///   - shape: What is stored.
  ///   - grades: The grades of the examples that are not copies, at least one example.
  /// - Throws: `corrupt` when a part does not fit into the chunk, a shift is longer than a code, a row lies above the
  ///   codes, a constant is zero, or an exception is of no example.
  mutating func read(_ chunk: RawSpan, start: Int, shape: ChunkShape, grades: borrowing CodeGrades) throws(EngramError)
  {
    epochCount = shape.epochCount
    gradeCount = grades.count
    let tableStart = start + shape.epochCount * gradeCount
    let constantStart = tableStart + shape.elementType.byteCount * shape.epochCount / 4
    guard chunk.byteCount >= constantStart else {
      throw ChunkDecoder.corrupt(
        "a chunk is shorter than its class table", start, expected: "\(constantStart - start) bytes",
        found: "\(chunk.byteCount - start)")
    }
    try readShifts(chunk, at: start, shape: shape)
    let constantEnd = try readClasses(chunk, at: tableStart, constants: constantStart, shape: shape)
    var next = try placeLowBits(chunk, at: constantEnd, shape: shape, grades)
    for row in classes.indices where classes[row] == .sparse {
      places[row] = next
      next = try Self.checkExceptions(chunk, at: next, count: grades.starts[gradeCount])
    }
    frameStart = next
  }

  /// The least shift of an epoch.
  private func leastShift(of epoch: Int) -> Int {
    var least = Int.max
    for grade in 0..<gradeCount { least = min(least, Int(shifts[epoch * gradeCount + grade])) }
    return least
  }

  /// Reads the shifts.
  private mutating func readShifts(_ chunk: RawSpan, at start: Int, shape: ChunkShape) throws(EngramError) {
    let width = shape.elementType.byteCount * 8
    shifts.removeAll(keepingCapacity: true)
    for index in 0..<(shape.epochCount * gradeCount) {
      let shift = chunk.byte(at: start + index)
      guard shift <= width else {
        throw ChunkDecoder.corrupt(
          "a shift is too long", start + index, expected: "\(width) at most", found: "\(shift)")
      }
      shifts.append(shift)
    }
  }

  /// Reads the class of each row, and places the constants and the rows of the frame; returns where the constants end.
  private mutating func readClasses(
    _ chunk: RawSpan, at start: Int, constants: Int, shape: ChunkShape
  ) throws(EngramError) -> Int {
    let size = shape.elementType.byteCount
    let rowCount = size * epochCount
    classes.removeAll(keepingCapacity: true)
    classes.append(contentsOf: repeatElement(.zero, count: rowCount))
    places.removeAll(keepingCapacity: true)
    places.append(contentsOf: repeatElement(0, count: rowCount))
    compressedCount = 0
    var constants = constants
    // Most rows are zero, and a byte of the table has the classes of four.
    for four in 0..<(rowCount / 4) {
      let byte = chunk.byte(at: start + four)
      if byte == 0 { continue }
      for row in (4 * four)..<(4 * four + 4) {
        let rowClass = RowClass(rawValue: byte >> UInt8(2 * (row % 4)) & 3) ?? .zero
        switch rowClass {
        case .zero: continue
        case .constant:
          guard constants < chunk.byteCount, chunk.byte(at: constants) != 0 else {
            throw ChunkDecoder.corrupt(
              "a constant row is zero or missing", constants, expected: "a byte", found: "none")
          }
          places[row] = constants
          constants += 1
        case .compressed:
          places[row] = compressedCount
          compressedCount += 1
        case .sparse: break
        }
        classes[row] = rowClass
        guard leastShift(of: row % epochCount) + row / epochCount * 8 < size * 8 else {
          throw ChunkDecoder.corrupt(
            "a row lies above the bits of a code", start + four, expected: "class 0", found: "another")
        }
      }
    }
    return constants
  }

  /// Places the low bits of each epoch; returns where they end, which is inside the chunk.
  private mutating func placeLowBits(
    _ chunk: RawSpan, at start: Int, shape: ChunkShape, _ grades: borrowing CodeGrades
  ) throws(EngramError) -> Int {
    let size = shape.elementType.byteCount
    lowStarts.removeAll(keepingCapacity: true)
    lowStarts.append(contentsOf: repeatElement(0, count: epochCount))
    for grade in 0..<gradeCount {
      // No overflow: at most 2^24 codes of 8 bytes, see `SegmentLimits`.
      let laneByteCount = (grades.codes(of: grade).count + size * 8 - 1) / (size * 8) * size
      for epoch in 0..<epochCount { lowStarts[epoch] += Int(shifts[epoch * gradeCount + grade]) * laneByteCount }
    }
    var next = start
    for epoch in 0..<epochCount {
      let byteCount = lowStarts[epoch]
      lowStarts[epoch] = next
      next += byteCount
    }
    guard next <= chunk.byteCount else {
      throw ChunkDecoder.corrupt(
        "a chunk is shorter than its low bits", start, expected: "at least \(next) bytes",
        found: "\(chunk.byteCount)")
    }
    return next
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
    // SAFETY: the gaps lie in the chunk.
    let reached = unsafe chunk.withUnsafeBytes { bytes in
      unsafe bytes.baseAddress.map {
        unsafe engram_reach_of_gaps($0.assumingMemoryBound(to: UInt8.self) + start + 2, total)
      } ?? 0
    }
    guard reached <= count else {
      throw ChunkDecoder.corrupt(
        "an exception is of no example", start, expected: "\(count) examples", found: "\(reached)")
    }
    return end
  }
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
