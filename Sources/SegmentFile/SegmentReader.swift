// SegmentReader.swift -- reads a segment file through a mapping.
package import ColumnCodec
package import TrajectoryModel

/// Reads a segment file through a mapping; threads may share it, each with a decoder of its own.
package final class SegmentReader: Sendable {
  /// The axes and the type of the values.
  package let schema: SegmentSchema
  /// The identifier in the header.
  package let identifier: SegmentIdentifier
  /// The number of examples.
  package let exampleCount: Int
  /// Examples of every row group but the last, which may have fewer.
  package let rowGroupSize: Int
  /// The number of row groups.
  package let rowGroupCount: Int
  /// Bytes of the file.
  package let byteCount: Int
  /// XXH3-128 of the canonical value bytes, as 32 hexadecimal digits.
  package let valuesHash: String

  /// Opens a file and checks header, footer and directory.
  package init(opening path: String) throws(EngramError) { throw EngramError(.unsupported, "unfinished") }

  /// The examples of a row group, counted from the start of the segment.
  package func examples(inRowGroup rowGroup: Int) -> Range<Int> { 0..<0 }

  /// The range of the values of a chunk, without decoding it.
  package func zone(rowGroup: Int, statistic: Int) -> ZoneMap {
    ZoneMap(count: 0, finiteCount: 0, minimum: 0, maximum: 0)
  }

  /// Checks a chunk's checksum, then leaves its values in the decoder.
  ///
  /// - Parameter epochEnd: Decode only the epochs below this one; nil for all.
  package func decode(rowGroup: Int, statistic: Int, with decoder: ChunkDecoder, epochEnd: Int? = nil)
    throws(EngramError)
  {}

  /// Reads everything and compares it with its checksums, zone maps and hash.
  package func verify(isCancelled: () -> Bool = { false }, progress: (_ examplesDone: Int) -> Void = { _ in })
    throws(EngramError)
  {}
}
