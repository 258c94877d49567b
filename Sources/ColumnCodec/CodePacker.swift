// CodePacker.swift -- codes to the bytes of a chunk, laid out as was found best.

import Base

/// Turns codes into the bytes of a chunk; keeps its memory.
///
/// schema/FORMAT.md, "Low bits, planes, parts", is normative.
@safe final class CodePacker {
  /// A row is sparse where at most one byte in this many is not zero: from there on zstd is shorter by far.
  private static let fewestPerException = 4

  private let frames = ZstdFrameWriter()
  /// The rows that go to zstd, one after the other, and the one at work.
  private var rows = Scratch()
  /// The packed low bits of an epoch.
  private var words = Scratch()

  /// Packs the codes of a chunk.
  ///
  /// - Parameters:
  ///   - codes: The codes, `[epoch][example]`.
  ///   - layout: How they are stored.
  ///   - shape: Their axes, of the examples that are not copies.
  ///   - grades: Where the codes of each grade start, then their number.
  /// - Returns: Everything from the shifts on.
  /// - Throws: `limit` when zstd has no memory.
  @unsafe func pack<Word: CodeWord>(
    _ codes: UnsafePointer<Word>, _ layout: CodeLayout, shape: ChunkShape, grades: [Int]
  ) throws(EngramError) -> [UInt8] {
    let (epochs, count) = (shape.epochCount, shape.exampleCount)
    let rowCount = Word.bitWidth / 8 * epochs
    var (table, constants) = (Array(repeating: UInt8(0), count: rowCount / 4), [UInt8]())
    var exceptions: [UInt8] = []
    rows.reserve(rowCount * count)
    var compressedByteCount = 0
    for index in 0..<rowCount {
      let (plane, epoch) = index.quotientAndRemainder(dividingBy: epochs)
      // SAFETY: the row is of that many codes; the scratch has room for every row.
      let bytes = unsafe (rows.base + compressedByteCount).assumingMemoryBound(to: UInt8.self)
      for (grade, (start, end)) in zip(grades, grades.dropFirst()).enumerated() {
        let shift = Int(layout.shifts[epoch * (grades.count - 1) + grade]) + plane * 8
        unsafe Word.bytes(of: codes + epoch * count + start, end - start, Int32(shift), to: bytes + start)
      }
      let row = unsafe UnsafeBufferPointer(start: bytes, count: count)
      let rowClass = unsafe Self.rowClass(row, mayCompress: layout.compressedPlanes[epoch] >> plane & 1 == 1)
      table[index / 4] |= rowClass.rawValue << UInt8(2 * (index % 4))
      switch rowClass {
      case .zero: break
      case .constant: unsafe constants.append(row[0])
      case .sparse: unsafe Self.appendExceptions(of: row, to: &exceptions)
      case .compressed: compressedByteCount += count
      }
    }
    var bytes = layout.shifts + table + constants
    unsafe appendLowBits(of: codes, layout, count: count, grades, to: &bytes)
    bytes += exceptions
    if compressedByteCount > 0 {
      // SAFETY: so many bytes of the rows have been written.
      try unsafe frames.append(UnsafeRawBufferPointer(start: rows.base, count: compressedByteCount), to: &bytes)
    }
    return bytes
  }

  /// The class of a row of bytes.
  private static func rowClass(_ row: UnsafeBufferPointer<UInt8>, mayCompress: Bool) -> RowClass {
    let first = unsafe row[0]
    // Whole vectors at a time, so neither loop ends early.
    var different: UInt8 = 0
    for place in row.indices { unsafe different |= row[place] ^ first }
    if different == 0 { return first == 0 ? .zero : .constant }
    if mayCompress { return .compressed }
    // The estimate of the layout saw to it that exceptions are few, but for what it cannot see.
    var exceptions = 0
    for place in row.indices { unsafe exceptions += row[place] == 0 ? 0 : 1 }
    return exceptions <= row.count / fewestPerException ? .sparse : .compressed
  }

  /// Adds the packed low bits of every epoch and grade.
  private func appendLowBits<Word: CodeWord>(
    of codes: UnsafePointer<Word>, _ layout: CodeLayout, count: Int, _ grades: [Int], to bytes: inout [UInt8]
  ) {
    let width = Word.bitWidth
    words.reserve(width * ((count + width - 1) / width * (width / 8)))
    for (index, shift) in layout.shifts.enumerated() {
      let (epoch, grade) = index.quotientAndRemainder(dividingBy: grades.count - 1)
      let (start, end) = (grades[grade], grades[grade + 1])
      let laneByteCount = (end - start + width - 1) / width * (width / 8)
      // SAFETY: the codes are there, and the scratch has room for all their bits.
      unsafe Word.packLow(
        codes + epoch * count + start, end - start, Int32(shift), to: words.base.assumingMemoryBound(to: Word.self))
      unsafe bytes.append(contentsOf: UnsafeRawBufferPointer(start: words.base, count: Int(shift) * laneByteCount))
    }
  }

  /// Adds the bytes of a sparse row, with the gaps between them.
  private static func appendExceptions(of row: UnsafeBufferPointer<UInt8>, to exceptions: inout [UInt8]) {
    var (gaps, values) = ([UInt8](), [UInt8]())
    let bytes = UnsafeRawBufferPointer(row)
    var (place, next) = (0, 0)
    while place < row.count {
      // Mostly eight bytes are zero.
      if place + 8 <= row.count, unsafe bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self) == 0 {
        place += 8
        continue
      }
      defer { place += 1 }
      if unsafe row[place] == 0 { continue }
      while place - next >= RowClass.longestGap {
        gaps.append(UInt8(RowClass.longestGap))
        values.append(0)
        next += RowClass.longestGap
      }
      gaps.append(UInt8(place - next))
      unsafe values.append(row[place])
      next = place + 1
    }
    exceptions.append(UInt8(truncatingIfNeeded: gaps.count))
    exceptions.append(UInt8(truncatingIfNeeded: gaps.count >> 8))
    exceptions += gaps
    exceptions += values
  }
}
