// SegmentFooter.swift -- what a segment holds and where; the bytes between the last chunk and the trailer.
//   offset  size   field            rule                  (little-endian; normative: schema/FORMAT.md, "Footer")
//        0     8   exampleCount     1 to 2^40
//        8     4   rowGroupSize     1 to 65,536
//       12     4   epochCount       1 to 16,384
//       16     4   statisticCount   1 to 16,384
//       20     4   elementType      1 Float32, 2 Float64
//       24     4   nameByteCount    the bytes of all names
//       28     4   reserved         zero
//       32    16   valuesHash       XXH3-128 of the canonical values, canonical form
//       48    8E   epochs           Float64, finite, strictly ascending
//             2S   name lengths     1 to 1,024 each
//              .   names            UTF-8
//           48GS   chunk directory  row group by row group, statistic by statistic

import Base
import ColumnCodec
import TrajectoryModel

/// What a segment holds and where.
struct SegmentFooter {
  /// Bytes before the epochs.
  static let fixedByteCount = 48

  /// The axes and the type of the values.
  let schema: SegmentSchema
  /// The number of examples.
  let exampleCount: Int
  /// Examples of every row group but the last.
  let rowGroupSize: Int
  /// XXH3-128 of the canonical values.
  let valuesHash: [UInt8]
  /// The offset of the chunk directory in the file.
  let directoryStart: Int

  /// The number of row groups.
  var rowGroupCount: Int { (exampleCount + rowGroupSize - 1) / rowGroupSize }

  /// The examples of a row group.
  func examples(inRowGroup rowGroup: Int) -> Range<Int> {
    precondition(rowGroup >= 0 && rowGroup < rowGroupCount, "the row group exists")
    let start = rowGroup * rowGroupSize
    return start..<min(exampleCount, start + rowGroupSize)
  }

  /// Reads and checks the footer of a file; every entry of the directory is checked.
  ///
  /// - Throws: `corrupt`, or `unsupported` for an element type, codec or flag that is not known.
  /// - Complexity: O(bytes of the footer).
  init(_ file: RawSpan, trailer: SegmentTrailer) throws(EngramError) {
    let start = trailer.footer.lowerBound
    let bytes = file.extracting(trailer.footer)
    let sum = XXH3.hash64(bytes)
    guard XXH3.agrees(sum, with: trailer.footerChecksum) else {
      throw .checksum("footer", start, expected: trailer.footerChecksum, found: sum)
    }
    func field(_ name: String, _ offset: Int, _ value: UInt64, _ range: ClosedRange<Int>) throws(EngramError) -> Int {
      guard value >= UInt64(range.lowerBound), value <= UInt64(range.upperBound) else {
        throw .rule(
          "\(name) is out of range", "footer", start + offset,
          expected: "\(range.lowerBound) to \(range.upperBound)", found: "\(value)")
      }
      return Int(value)
    }
    func number(_ name: String, _ offset: Int, _ range: ClosedRange<Int>) throws(EngramError) -> Int {
      try field(name, offset, UInt64(bytes.littleEndian(at: offset, as: UInt32.self)), range)
    }
    exampleCount = try field(
      "exampleCount", 0, bytes.littleEndian(at: 0, as: UInt64.self), 1...SegmentLimits.examples)
    rowGroupSize = try number("rowGroupSize", 8, 1...SegmentLimits.rowGroupSize)
    let epochCount = try number("epochCount", 12, 1...SegmentLimits.epochs)
    let statisticCount = try number("statisticCount", 16, 1...SegmentLimits.statistics)
    _ = try field("values of an example", 12, UInt64(epochCount * statisticCount), 1...SegmentLimits.valuesPerExample)
    _ = try field("values of a chunk", 8, UInt64(epochCount * rowGroupSize), 1...SegmentLimits.valuesPerChunk)
    let typeNumber = bytes.littleEndian(at: 20, as: UInt32.self)
    guard let elementType = UInt8(exactly: typeNumber).flatMap(ElementType.init(rawValue:)) else {
      throw EngramError(
        .unsupported, "the type of the values is not known", place: "footer", offset: start + 20, expected: "1 or 2",
        found: "\(typeNumber)", mend: "upgrade the program")
    }
    let nameByteCount = try number("nameByteCount", 24, 1...(statisticCount * SegmentLimits.nameByteCount))
    _ = try number("reserved", 28, 0...0)
    valuesHash = (0..<XXH3Hasher.byteCount).map { bytes.littleEndian(at: 32 + $0, as: UInt8.self) }

    // No overflow: 2^40 row groups of 2^14 entries of 56 bytes are less than 2^60.
    let lengthsStart = Self.fixedByteCount + 8 * epochCount
    let namesStart = lengthsStart + 2 * statisticCount
    let entriesStart = namesStart + nameByteCount
    let rowGroupCount = (exampleCount + rowGroupSize - 1) / rowGroupSize
    let byteCount = entriesStart + rowGroupCount * statisticCount * ChunkEntry.byteCount
    guard byteCount == bytes.byteCount else {
      throw .rule(
        "the footer has another length than its counts say", "footer", start, expected: "\(byteCount) bytes",
        found: "\(bytes.byteCount)")
    }
    directoryStart = start + entriesStart
    let epochs = (0..<epochCount).map { bytes.float64(at: Self.fixedByteCount + 8 * $0) }
    let names = try Self.names(
      lengths: bytes.extracting(lengthsStart..<namesStart), text: bytes.extracting(namesStart..<entriesStart),
      at: start + lengthsStart)
    do throws(EngramError) {
      schema = try SegmentSchema(epochs: epochs, statistics: names, elementType: elementType)
    } catch {
      throw .rule(
        error.message, "footer", start + Self.fixedByteCount, expected: "axes as the format has them",
        found: error.place ?? "")
    }
    try checkDirectory(file, end: start)
  }

  private static func names(lengths: RawSpan, text: RawSpan, at place: Int) throws(EngramError) -> [String] {
    var names: [String] = []
    var start = 0
    for offset in stride(from: 0, to: lengths.byteCount, by: 2) {
      let end = start + Int(lengths.littleEndian(at: offset, as: UInt16.self))
      guard end <= text.byteCount else {
        throw .rule(
          "a name is longer than all names", "footer", place + offset, expected: "\(text.byteCount - start) at most",
          found: "\(end - start)")
      }
      let units = (start..<end).map { text.littleEndian(at: $0, as: UInt8.self) }
      guard let name = String(validating: units, as: UTF8.self) else {
        throw .rule("a name is not UTF-8", "footer", place + offset, expected: "UTF-8", found: "other bytes")
      }
      names.append(name)
      start = end
    }
    guard start == text.byteCount else {
      throw .rule("bytes follow the last name", "footer", place, expected: "\(text.byteCount)", found: "\(start)")
    }
    return names
  }

  /// Checks every entry, and that the chunks fill the file from the header to the footer.
  private func checkDirectory(_ file: RawSpan, end: Int) throws(EngramError) {
    var chunkStart = SegmentHeader.byteCount
    var place = directoryStart
    for rowGroup in 0..<rowGroupCount {
      let shape = ChunkShape(
        epochCount: schema.epochs.count, exampleCount: examples(inRowGroup: rowGroup).count,
        elementType: schema.elementType)
      for statistic in 0..<schema.statistics.count {
        let entry = try ChunkEntry(
          checking: file.extracting(place..<(place + ChunkEntry.byteCount)), at: place, expectedOffset: chunkStart,
          shape: shape, statistic: statistic, statisticCount: schema.statistics.count)
        place += ChunkEntry.byteCount
        chunkStart += entry.byteCount
        guard chunkStart <= end else {
          throw .rule(
            "chunks reach into the footer", "chunk directory", place - ChunkEntry.byteCount, expected: "\(end) at most",
            found: "\(chunkStart)")
        }
      }
    }
    guard chunkStart == end else {
      throw .rule(
        "bytes follow the last chunk", "chunk directory", chunkStart, expected: "the footer at \(chunkStart)",
        found: "\(end)")
    }
  }

  /// The bytes of a footer.
  static func bytes(
    schema: SegmentSchema, exampleCount: Int, rowGroupSize: Int, valuesHash: [UInt8], directory: [UInt8]
  ) -> [UInt8] {
    let names = schema.statistics.map { Array($0.utf8) }
    var bytes: [UInt8] = []
    bytes.appendLittleEndian(UInt64(exampleCount))
    bytes.appendLittleEndian(UInt32(rowGroupSize))
    bytes.appendLittleEndian(UInt32(schema.epochs.count))
    bytes.appendLittleEndian(UInt32(names.count))
    bytes.appendLittleEndian(UInt32(schema.elementType.rawValue))
    bytes.appendLittleEndian(UInt32(names.reduce(0) { $0 + $1.count }))
    bytes.appendLittleEndian(UInt32(0))
    bytes.append(contentsOf: valuesHash)
    for epoch in schema.epochs { bytes.appendLittleEndian(epoch.bitPattern) }
    for name in names { bytes.appendLittleEndian(UInt16(name.count)) }
    for name in names { bytes.append(contentsOf: name) }
    bytes.append(contentsOf: directory)
    return bytes
  }
}
