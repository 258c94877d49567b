// RowGroupReader.swift -- whole row groups in the canonical order.

package import Base
import ColumnCodec
import TrajectoryModel

/// Reads whole row groups of a segment in the canonical order `[example][epoch][statistic]`; keeps its memory.
///
/// For what needs every value, such as checking, compacting and exporting; a selection of statistics is read chunk
/// by chunk instead. Memory: three times a row group.
@safe package final class RowGroupReader {
  /// Examples that a thread puts in order at a time.
  private static let tileExampleCount = 64

  private let segment: SegmentReader
  private let work: WorkContext
  private let checkingZones: Bool
  private let workers: ParallelMemory<[ChunkDecoder]>
  /// The decoded values of each statistic.
  private let decoded: ParallelMemory<[ChunkBlock]>
  private var blocks = Scratch()
  private var canonical = Scratch()

  /// Makes a reader of a segment.
  package convenience init(_ segment: SegmentReader, work: WorkContext) {
    self.init(segment, work: work, checkingZones: false)
  }

  init(_ segment: SegmentReader, work: WorkContext, checkingZones: Bool) {
    self.segment = segment
    self.work = work
    self.checkingZones = checkingZones
    workers = ParallelMemory((0..<work.threads).map { _ in ChunkDecoder() })
    decoded = ParallelMemory(segment.schema.statistics.map { _ in ChunkBlock() })
  }

  /// Decodes a row group and hands out its values.
  ///
  /// - Throws: `corrupt`, or what the body throws.
  package func read(_ rowGroup: Int, _ body: (RawSpan) throws(EngramError) -> Void) throws(EngramError) {
    let shape = segment.shape(rowGroup: rowGroup)
    let statisticCount = segment.schema.statistics.count
    let layout = BlockLayout(shape, statisticCount: statisticCount)
    blocks.reserve(layout.byteCount)
    canonical.reserve(shape.byteCount * statisticCount)
    let memory = unsafe ParallelMemory((blocks: blocks.base, canonical: canonical.base))
    let (segment, work, workers, decoded) = (self.segment, self.work, self.workers, self.decoded)
    let checkingZones = self.checkingZones
    for statistics in try segment.dependencyLevels(rowGroup: rowGroup) {
      try parallelFor(count: statistics.count, work: work) { (index, worker) throws(EngramError) in
        let statistic = statistics[index]
        let block = decoded.value[statistic]
        let dependencies = segment.storage(rowGroup: rowGroup, statistic: statistic).dependencies
        try segment.decode(
          rowGroup: rowGroup, statistic: statistic, window: nil, operands: dependencies.map { decoded.value[$0] },
          into: block, with: workers.value[worker])
        let values = unsafe block.values(as: shape.elementType)
        if checkingZones {
          let found = unsafe ZoneMap(values, count: shape.valueCount, elementType: shape.elementType)
          try segment.compare(found, rowGroup: rowGroup, statistic: statistic)
        }
        // SAFETY: each statistic has a block of its own, as long as the chunk.
        unsafe (memory.value.blocks + layout.offset(of: statistic)).copyMemory(
          from: values, byteCount: shape.byteCount)
      }
    }
    let tileCount = (shape.exampleCount + Self.tileExampleCount - 1) / Self.tileExampleCount
    try parallelFor(count: tileCount, work: work) { (tile, _) throws(EngramError) in
      let first = tile * Self.tileExampleCount
      let end = min(shape.exampleCount, first + Self.tileExampleCount)
      // SAFETY: tiles write disjoint examples; both regions hold the whole row group.
      unsafe layout.ungather(memory.value.blocks, examples: first..<end, into: memory.value.canonical)
    }
    // SAFETY: the scratch holds the values of the whole row group and is not written while the body runs.
    try body(unsafe UnsafeRawBufferPointer(start: canonical.base, count: shape.byteCount * statisticCount).bytes)
  }
}

extension SegmentReader {
  /// The statistics of a row group, those that depend on nothing first, then those that depend on the ones before.
  fileprivate func dependencyLevels(rowGroup: Int) throws(EngramError) -> [[Int]] {
    var left = Array(schema.statistics.indices)
    var isDecoded = Array(repeating: false, count: left.count)
    var levels: [[Int]] = []
    while let first = left.first {
      let level = left.filter {
        storage(rowGroup: rowGroup, statistic: $0).dependencies.allSatisfy { isDecoded[$0] }
      }
      guard !level.isEmpty, levels.count <= RowGroupDecoder.dependencyDepth else {
        throw corruptDependencies(rowGroup: rowGroup, statistic: first)
      }
      for statistic in level { isDecoded[statistic] = true }
      left.removeAll { isDecoded[$0] }
      levels.append(level)
    }
    return levels
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
