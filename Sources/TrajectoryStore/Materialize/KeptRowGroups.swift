// KeptRowGroups.swift -- row groups that are read again and again in small parts, decoded once and kept.

package import Base
package import ColumnCodec
package import SegmentFile
import Synchronization
import TrajectoryModel

/// Row groups that are read again and again in small parts, decoded once and kept while there is room.
///
/// One run of a row group of forty costs half of the whole, because checksums and zstd frames are of whole chunks. So a
/// program that goes through the runs of a store, or looks at the same ones again, pays for each row group some small reads
/// and one decoding of the whole, and from then on copies. A segment never changes, so nothing kept can be out of date. Each
/// store keeps its own, for a segment of another may bear the same identifier; there is a bound for all of them as well.
///
/// A part is small where it has few of the examples of a row group, or few of a segment's statistics: a variance alone takes
/// four chunks that it is told from, each time.
package final class KeptRowGroups: Sendable {
  /// Small reads of a row group before it is kept, so that what is read a few times is not decoded whole for nothing.
  package static let readsBefore = 4
  /// For each row group that is kept, the small reads that must have passed one by before it makes room for another.
  package static let patience = 16
  /// Small reads that are told apart and counted at a time.
  private static let mostCounted = 1 << 12
  /// Of so many statistics of a segment one is few.
  private static let sparsity = 8

  /// What several stores may keep together.
  package final class Bound: Sendable {
    /// The bound of all stores of the process.
    package static let ofProcess = Bound(mostBytes: 256 << 20)

    fileprivate let heldBytes = Atomic<Int>(0)
    fileprivate let mostBytes: Int

    /// Makes a bound of some bytes.
    package init(mostBytes: Int) { self.mostBytes = mostBytes }

    fileprivate func hasRoom(for byteCount: Int) -> Bool {
      heldBytes.load(ordering: .relaxed) + byteCount <= mostBytes
    }
  }

  /// A row group of a segment.
  private struct Key: Hashable {
    let segment: SegmentIdentifier
    let rowGroup: Int
  }

  /// Decoded chunks of a row group.
  private struct Chunks: @unchecked Sendable {
    // SAFETY of @unchecked: a block is only read from the moment that it stands here.
    /// A block for each statistic that was asked for, by its index on the segment's axis.
    var blocks: [ChunkBlock?]

    var byteCount: Int { blocks.reduce(0) { $0 + ($1?.byteCount ?? 0) } }

    func hold(_ statistics: [Int?]) -> Bool {
      statistics.allSatisfy { statistic in statistic.map { blocks[$0] != nil } ?? true }
    }
  }

  /// Small reads that are counted together: of some examples, whatever the statistics, or of the same few statistics.
  private struct Kind: Hashable {
    let rowGroup: Key
    let statistics: [Int?]
  }

  private struct State {
    var kept: [Key: Chunks] = [:]
    /// The number of the small read that used a row group last.
    var lastRead: [Key: Int] = [:]
    var heldBytes = 0
    /// Small reads of what is not kept.
    var counts: [Kind: Int] = [:]
    /// The small reads there were.
    var reads = 0
  }

  /// How a small read is done.
  private enum Way {
    /// Decode what is wanted and nothing else.
    case decode
    /// Decode the whole, and keep it.
    case keep
    case copy(Chunks)
  }

  private let state = ForkSafeMutex(State())
  private let mostBytes: Int
  private let bound: Bound

  /// Makes an empty one.
  ///
  /// - Parameters:
  ///   - mostBytes: Bytes of values that are kept; threads that keep something at once may pass it by that.
  ///   - bound: What is kept together with others.
  package init(mostBytes: Int = 64 << 20, within bound: Bound = .ofProcess) {
    self.mostBytes = mostBytes
    self.bound = bound
  }

  deinit { bound.heldBytes.subtract(heldBytes, ordering: .relaxed) }

  /// Bytes of values that are kept.
  package var heldBytes: Int { state.withLock { $0.heldBytes } }

  /// Lets go of what is kept of some segments.
  func letGo(of segments: Set<SegmentIdentifier>) {
    state.withLock { state in
      for key in state.kept.keys.filter({ segments.contains($0.segment) }) {
        hold(-(state.kept.removeValue(forKey: key)?.byteCount ?? 0), in: &state)
        state.lastRead[key] = nil
      }
    }
  }

  /// Lets go of all that is kept, and of what was counted.
  package func letGo() {
    state.withLock { state in
      hold(-state.heldBytes, in: &state)
      state = State()
    }
  }

  /// Whether a read has so few statistics that what it reads is kept when it comes again.
  ///
  /// - Parameters:
  ///   - statistics: Indices of statistics on the segment's axis; nil is passed over.
  ///   - segment: The segment.
  ///   - valueCount: The values that the whole read has.
  /// - Returns: Whether there are few, and no more values than half of what may be kept.
  package func hasFew(_ statistics: [Int?], of segment: SegmentReader, valueCount: Int) -> Bool {
    statistics.count { $0 != nil } * Self.sparsity <= segment.schema.statistics.count
      && valueCount * segment.schema.elementType.byteCount <= mostBytes / 2
  }

  /// Whether some statistics of a row group are kept.
  func holds(_ statistics: [Int?], of segment: SegmentReader, rowGroup: Int) -> Bool {
    state.withLock { $0.kept[Key(segment: segment.identifier, rowGroup: rowGroup)]?.hold(statistics) ?? false }
  }

  /// Hands out some statistics of a window of a row group, as `RowGroupDecoder.decode` does, and in any order.
  ///
  /// - Parameters:
  ///   - segment: The segment.
  ///   - rowGroup: The row group.
  ///   - statistics: Indices of statistics on the segment's axis, each at most once; nil is passed over.
  ///   - window: What of each chunk is wanted.
  ///   - hasFew: What ``hasFew(_:of:valueCount:)`` says of the whole read.
  ///   - decoder: Decodes what is not kept; it belongs to the calling thread.
  ///   - body: Gets the place in `statistics` and the values, which are the body's until it returns.
  /// - Throws: `corrupt`, or what the body throws.
  package func read(
    _ segment: SegmentReader, rowGroup: Int, statistics: [Int?], window: ChunkWindow, hasFew: Bool = false,
    with decoder: RowGroupDecoder, _ body: (_ place: Int, _ block: ChunkBlock) throws(EngramError) -> Void
  ) throws(EngramError) {
    let exampleCount = segment.examples(inRowGroup: rowGroup).count
    let isSmall = window.isSmall(of: exampleCount)
    guard isSmall || hasFew else {
      try decoder.decode(segment, rowGroup: rowGroup, statistics: statistics, window: window, body)
      return
    }
    let key = Key(segment: segment.identifier, rowGroup: rowGroup)
    let schema = segment.schema
    let byteCount =
      exampleCount * schema.epochs.count * schema.elementType.byteCount * statistics.count { $0 != nil }
    let kind = Kind(rowGroup: key, statistics: isSmall ? [] : statistics)
    switch way(of: kind, statistics, byteCount: byteCount) {
    case .decode:
      try decoder.decode(segment, rowGroup: rowGroup, statistics: statistics, window: window, body)
    case .keep:
      let chunks = try Self.decodeAll(segment, rowGroup: rowGroup, statistics, with: decoder)
      keep(chunks, key)
      try Self.copy(window, of: chunks, statistics, body)
    case .copy(let chunks):
      try Self.copy(window, of: chunks, statistics, body)
    }
  }

  /// Counts a small read, and says how it is done.
  private func way(of kind: Kind, _ statistics: [Int?], byteCount: Int) -> Way {
    state.withLock { state in
      state.reads += 1
      if let chunks = state.kept[kind.rowGroup], chunks.hold(statistics) {
        state.lastRead[kind.rowGroup] = state.reads
        return .copy(chunks)
      }
      if state.counts.count >= Self.mostCounted { state.counts = [:] }
      let before = state.counts[kind, default: 0]
      guard before >= Self.readsBefore else {
        state.counts[kind] = before + 1
        return .decode
      }
      state.counts[kind] = nil
      return hasRoom(for: byteCount, in: &state) ? .keep : .decode
    }
  }

  /// Whether so many bytes more may be kept, after letting go of what has not been read for long.
  private func hasRoom(for byteCount: Int, in state: inout State) -> Bool {
    if byteCount > mostBytes / 4 { return false }
    while state.heldBytes + byteCount > mostBytes || !bound.hasRoom(for: byteCount) {
      guard let (key, last) = state.lastRead.min(by: { $0.value < $1.value }),
        state.reads - last > Self.patience * state.kept.count
      else { return false }
      hold(-(state.kept.removeValue(forKey: key)?.byteCount ?? 0), in: &state)
      state.lastRead[key] = nil
    }
    return true
  }

  /// Counts bytes that are kept from now on, or none any more.
  private func hold(_ byteCount: Int, in state: inout State) {
    state.heldBytes += byteCount
    bound.heldBytes.add(byteCount, ordering: .relaxed)
  }

  /// Keeps chunks, beside others of their row group that are kept.
  private func keep(_ chunks: Chunks, _ key: Key) {
    state.withLock { state in
      var all = chunks
      if let known = state.kept[key] {
        hold(-known.byteCount, in: &state)
        for (statistic, block) in known.blocks.enumerated() where all.blocks[statistic] == nil {
          all.blocks[statistic] = block
        }
      }
      hold(all.byteCount, in: &state)
      state.kept[key] = all
      state.lastRead[key] = state.reads
    }
  }

  /// Decodes some statistics of a whole row group, each into memory of its own.
  private static func decodeAll(
    _ segment: SegmentReader, rowGroup: Int, _ statistics: [Int?], with decoder: RowGroupDecoder
  ) throws(EngramError) -> Chunks {
    let whole = ChunkWindow(
      examples: 0..<segment.examples(inRowGroup: rowGroup).count, epochEnd: segment.schema.epochs.count)
    var blocks = [ChunkBlock?](repeating: nil, count: segment.schema.statistics.count)
    try decoder.decode(segment, rowGroup: rowGroup, statistics: statistics) { (place, block) throws(EngramError) in
      guard let statistic = statistics[place] else { return }
      let own = ChunkBlock()
      own.copy(whole, of: block)
      blocks[statistic] = own
    }
    return Chunks(blocks: blocks)
  }

  private static func copy(
    _ window: ChunkWindow, of chunks: Chunks, _ statistics: [Int?],
    _ body: (_ place: Int, _ block: ChunkBlock) throws(EngramError) -> Void
  ) throws(EngramError) {
    let block = ChunkBlock()
    for (place, statistic) in statistics.enumerated() {
      guard let statistic, let chunk = chunks.blocks[statistic] else { continue }
      block.borrow(window, of: chunk)
      try body(place, block)
    }
  }
}
