// SegmentReader.swift -- reads a segment file through a mapping.

package import Base
package import ColumnCodec
package import TrajectoryModel

/// Reads a segment file through a mapping; threads may share it, each with a decoder of its own.
///
/// ```swift
/// let segment = try SegmentReader(InputFile(opening: path))
/// try RowGroupDecoder().decode(segment, rowGroup: 0, statistics: [3]) { (place, block) throws(EngramError) in
///   …
/// }
/// ```
package final class SegmentReader: Sendable {
  /// The identifier in the header.
  package let identifier: SegmentIdentifier
  /// XXH3-128 of the canonical value bytes, as 32 hexadecimal digits; made once, for every read compares it.
  package let valuesHash: String
  private let footer: SegmentFooter
  private let file: MappedFile

  /// Maps a file and checks header, footer and directory; no chunk is read.
  ///
  /// - Throws: `truncated` when the file does not end in a trailer, `unsupported` when it needs a newer reader, `corrupt`
  ///   when anything else is wrong, `io`.
  /// - Complexity: O(bytes of the footer), 56 bytes per chunk.
  package init(_ opened: InputFile) throws(EngramError) {
    let file = try MappedFile(opened, minimumByteCount: 1)
    do throws(EngramError) {
      (identifier, footer) = try file.withBytes { (bytes: RawSpan) throws(EngramError) in try Self.parse(bytes) }
    } catch {
      throw error.inFile(opened.path)
    }
    valuesHash = hexadecimal(footer.valuesHash)
    self.file = file
  }

  private static func parse(_ bytes: RawSpan) throws(EngramError) -> (SegmentIdentifier, SegmentFooter) {
    let magic = SegmentHeader.magic
    guard (0..<min(magic.count, bytes.byteCount)).allSatisfy({ bytes.byte(at: $0) == magic[$0] }) else {
      throw .rule("not a segment file", "header", 0, expected: "ENGRMSEG", found: "other bytes")
    }
    let minimum = SegmentHeader.byteCount + SegmentTrailer.byteCount
    guard bytes.byteCount >= minimum else {
      throw EngramError(
        .truncated, "the segment file ends too early", place: "trailer", offset: bytes.byteCount,
        expected: "at least \(minimum) bytes", found: "\(bytes.byteCount)", mend: "restore the file from a copy")
    }
    let header = try SegmentHeader(bytes)
    let trailer = try SegmentTrailer(bytes)
    return (header.identifier, try SegmentFooter(bytes, trailer: trailer))
  }

  /// The axes and the type of the values.
  package var schema: SegmentSchema { footer.schema }
  /// The number of examples.
  package var exampleCount: Int { footer.exampleCount }
  /// Examples of every row group but the last, which may have fewer.
  package var rowGroupSize: Int { footer.rowGroupSize }
  /// The number of row groups.
  package var rowGroupCount: Int { footer.rowGroupCount }
  /// Bytes of the file.
  package var byteCount: Int { file.byteCount }
  /// The path as it was given.
  package var path: String { file.path }

  /// The examples of a row group, counted from the start of the segment.
  package func examples(inRowGroup rowGroup: Int) -> Range<Int> { footer.examples(inRowGroup: rowGroup) }

  /// The range of the values of a chunk, without decoding it.
  package func zone(rowGroup: Int, statistic: Int) -> ZoneMap { entry(rowGroup: rowGroup, statistic: statistic).zone }

  /// How a chunk is stored.
  package func storage(rowGroup: Int, statistic: Int) -> ChunkStorage {
    entry(rowGroup: rowGroup, statistic: statistic).storage
  }

  /// Bytes of a chunk in the file.
  package func byteCount(rowGroup: Int, statistic: Int) -> Int {
    entry(rowGroup: rowGroup, statistic: statistic).byteCount
  }

  /// Checks a chunk's checksum, then decodes it.
  ///
  /// - Parameters:
  ///   - entry: What the directory says about it.
  ///   - rowGroup: Its row group.
  ///   - statistic: The index of its statistic in the schema.
  ///   - window: What of the chunk is wanted; all of it when nil.
  ///   - operands: For each dependency of the chunk's storage, its values in the same window.
  ///   - block: Gets the values.
  ///   - decoder: Does the work; it belongs to the calling thread.
  /// - Throws: `corrupt`.
  func decode(
    _ entry: ChunkEntry, rowGroup: Int, statistic: Int, window: ChunkWindow?, operands: [ChunkBlock],
    into block: ChunkBlock, with decoder: ChunkDecoder
  ) throws(EngramError) {
    let shape = shape(rowGroup: rowGroup)
    try withChunk(entry, rowGroup: rowGroup, statistic: statistic) { (chunk) throws(EngramError) in
      try decoder.decode(
        chunk, storage: entry.storage, shape: shape, window: window, operands: operands, into: block)
    }
  }

  /// Checks a chunk's checksum.
  ///
  /// - Throws: `corrupt`.
  func verifyChecksum(rowGroup: Int, statistic: Int) throws(EngramError) {
    let entry = entry(rowGroup: rowGroup, statistic: statistic)
    try withChunk(entry, rowGroup: rowGroup, statistic: statistic) { _ in }
  }

  /// Hands out the bytes of a chunk, whose checksum is right; an error says which chunk it was.
  private func withChunk(
    _ entry: ChunkEntry, rowGroup: Int, statistic: Int, _ body: (RawSpan) throws(EngramError) -> Void
  ) throws(EngramError) {
    do throws(EngramError) {
      try file.withBytes { (bytes: RawSpan) throws(EngramError) in
        let chunk = bytes.extracting(entry.offset..<(entry.offset + entry.byteCount))
        let sum = XXH3.hash64(chunk)
        guard XXH3.agrees(sum, with: entry.checksum) else {
          throw .checksum("chunk", 0, expected: entry.checksum, found: sum)
        }
        try body(chunk)
      }
    } catch {
      var located = error.inFile(path)
      located.place = "chunk of row group \(rowGroup), statistic \(schema.statistics[statistic])"
      located.offset = entry.offset + (error.offset ?? 0)
      throw located
    }
  }

  /// The error of a chunk that depends on itself, or on too many others in a chain.
  func corruptDependencies(rowGroup: Int, statistic: Int) -> EngramError {
    .rule(
      "chunks depend on one another in a circle or in too long a chain", "chunk directory",
      entryOffset(rowGroup: rowGroup, statistic: statistic) + 20,
      expected: "chains of at most \(RowGroupDecoder.dependencyDepth)", found: "a longer one"
    )
    .inFile(path)
  }

  /// What the chunks of a row group hold.
  func shape(rowGroup: Int) -> ChunkShape {
    ChunkShape(
      epochCount: schema.epochs.count, exampleCount: examples(inRowGroup: rowGroup).count,
      elementType: schema.elementType)
  }

  /// What the directory says about a chunk.
  func entry(rowGroup: Int, statistic: Int) -> ChunkEntry {
    precondition(statistic >= 0 && statistic < schema.statistics.count, "the statistic exists")
    let valueCount = examples(inRowGroup: rowGroup).count * schema.epochs.count
    let start = entryOffset(rowGroup: rowGroup, statistic: statistic)
    return file.withBytes { bytes in
      ChunkEntry(trusted: bytes.extracting(start..<(start + ChunkEntry.byteCount)), valueCount: valueCount)
    }
  }

  private func entryOffset(rowGroup: Int, statistic: Int) -> Int {
    footer.directoryStart + (rowGroup * schema.statistics.count + statistic) * ChunkEntry.byteCount
  }
}
