// RowGroupReader.swift -- all values of a segment in the canonical order.

package import Base
import ColumnCodec
import TrajectoryModel

/// Reads row groups of a segment in the canonical order `[example][epoch][statistic]`; keeps its memory.
///
/// For what needs every value, such as checking; a selection of statistics is read chunk by chunk instead. Each thread
/// decodes a row group of its own. Memory: a row group for each thread, of large ones at most three.
@safe package final class RowGroupReader {
  /// Examples that are put in order at a time.
  private static let tileExampleCount = 64
  /// Bytes of decoded values from which on there are no more than three row groups.
  private static let manyBytes = 256 << 20

  /// The memory of a row group.
  private final class Decoded {
    let decoder = RowGroupDecoder()
    /// The values of each statistic.
    var blocks = Scratch()
  }

  private let segment: SegmentReader
  private let work: WorkContext
  private let checkingZones: Bool
  private let decoded: ParallelMemory<[Decoded]>
  /// Examples in canonical order.
  private var tile = Scratch()

  /// Makes a reader of a segment.
  package convenience init(_ segment: SegmentReader, work: WorkContext) {
    self.init(segment, work: work, checkingZones: false)
  }

  init(_ segment: SegmentReader, work: WorkContext, checkingZones: Bool) {
    self.segment = segment
    self.work = work
    self.checkingZones = checkingZones
    let byteCount = segment.rowGroupCount == 0 ? 0 : segment.layout(rowGroup: 0).byteCount
    let most = max(3, Self.manyBytes / max(1, byteCount))
    decoded = ParallelMemory((0..<min(work.threads, most, max(1, segment.rowGroupCount))).map { _ in Decoded() })
  }

  /// Decodes all row groups and hands their values out in order, some examples at a time.
  ///
  /// - Parameter body: Gets the values of some examples, and how many examples there have been with these.
  /// - Throws: `corrupt`, `cancelled`, or what the body throws.
  package func read(
    _ body: (_ values: RawSpan, _ exampleEnd: Int) throws(EngramError) -> Void
  ) throws(EngramError) {
    for first in stride(from: 0, to: segment.rowGroupCount, by: decoded.value.count) {
      let rowGroups = first..<min(segment.rowGroupCount, first + decoded.value.count)
      try parallelFor(count: rowGroups.count, work: work) {
        [segment, checkingZones, decoded, work] (place, _) throws(EngramError) in
        // Each iteration has memory of its own.
        try Self.decode(segment, rowGroup: first + place, into: decoded.value[place], checkingZones, work)
      }
      for rowGroup in rowGroups { try handOut(rowGroup, decoded.value[rowGroup - first], body) }
    }
  }

  /// Decodes a row group.
  private static func decode(
    _ segment: SegmentReader, rowGroup: Int, into decoded: Decoded, _ checkingZones: Bool, _ work: WorkContext
  ) throws(EngramError) {
    let (shape, layout) = (segment.shape(rowGroup: rowGroup), segment.layout(rowGroup: rowGroup))
    decoded.blocks.reserve(layout.byteCount)
    let statistics = segment.schema.statistics.indices.map { Int?.some($0) }
    try decoded.decoder.decode(segment, rowGroup: rowGroup, statistics: statistics) {
      (statistic, block) throws(EngramError) in
      try work.checkCancelled()
      let values = unsafe block.values(as: shape.elementType)
      if checkingZones {
        let found = unsafe ZoneMap(values, count: shape.valueCount, elementType: shape.elementType)
        try segment.compare(found, rowGroup: rowGroup, statistic: statistic)
      }
      // SAFETY: each statistic has a block of its own, as long as the chunk.
      unsafe (decoded.blocks.base + layout.offset(of: statistic)).copyMemory(
        from: values, byteCount: shape.byteCount)
    }
  }

  /// Hands out the values of a row group that was decoded.
  private func handOut(
    _ rowGroup: Int, _ decoded: Decoded, _ body: (RawSpan, Int) throws(EngramError) -> Void
  ) throws(EngramError) {
    let layout = segment.layout(rowGroup: rowGroup)
    let examples = segment.examples(inRowGroup: rowGroup)
    let exampleByteCount = segment.schema.exampleByteCount
    tile.reserve(min(Self.tileExampleCount, examples.count) * exampleByteCount)
    for first in stride(from: 0, to: examples.count, by: Self.tileExampleCount) {
      let end = min(examples.count, first + Self.tileExampleCount)
      // SAFETY: the blocks hold the whole row group, and the tile has room for these examples.
      unsafe layout.ungather(decoded.blocks.base, examples: first..<end, into: tile.base)
      // SAFETY: the values were written a moment ago, and are not written while the body runs.
      let values = unsafe UnsafeRawBufferPointer(start: tile.base, count: (end - first) * exampleByteCount)
      try unsafe body(values.bytes, examples.lowerBound + end)
    }
  }
}

extension SegmentReader {
  /// Where the values of a row group lie in memory.
  fileprivate func layout(rowGroup: Int) -> BlockLayout {
    BlockLayout(shape(rowGroup: rowGroup), statisticCount: schema.statistics.count)
  }

  /// Compares the zone map of a chunk with the values.
  fileprivate func compare(_ found: ZoneMap, rowGroup: Int, statistic: Int) throws(EngramError) {
    let said = zone(rowGroup: rowGroup, statistic: statistic)
    // Compared by bits: a zero has a sign.
    guard said == found, said.minimum.bitPattern == found.minimum.bitPattern,
      said.maximum.bitPattern == found.maximum.bitPattern
    else {
      throw EngramError(
        .corrupt, "a zone map does not fit the values", file: path,
        place: "chunk of row group \(rowGroup), statistic \(schema.statistics[statistic])",
        expected: "\(found.finiteCount) finite values from \(found.minimum) to \(found.maximum)",
        found: "\(said.finiteCount) from \(said.minimum) to \(said.maximum)")
    }
  }
}
