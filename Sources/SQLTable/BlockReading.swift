// BlockReading.swift -- blocks one after the other, and which of their examples are wanted.

import Base

/// Blocks one after the other, and which of their examples are wanted.
struct BlockReading {
  private let blocks: TrajectoryBlocks
  private var ids: ClosedRange<Int64>?
  private var request = TrajectoryBlocks.Request()
  private var number = 0
  private var block = 0
  /// The one epoch of which rows are; nil for all.
  private var epoch: Double?
  /// How many blocks may be read at once: more and more, because a query may end after its first rows.
  private var together = 1
  /// The wanted examples of the block that was read last, by their places.
  private(set) var rows = 0..<0

  init(_ blocks: TrajectoryBlocks) { self.blocks = blocks }

  /// Begins with the first block that conditions leave.
  ///
  /// Blocks that cannot have the one epoch, if there is one, are passed over.
  mutating func begin(_ ids: Bounds, _ epochs: Bounds, only epoch: Double?, statistics: [Int]?, isNothing: Bool) {
    self.epoch = epoch
    guard !isNothing, !epochs.isEmpty, let wanted = ids.ids else {
      self.ids = nil
      return
    }
    self.ids = wanted
    let request = TrajectoryBlocks.Request(statistics: statistics, first: epochs.first, last: epochs.last)
    if request != self.request || number == 0 {
      self.request = request
      number = blocks.number(of: request) + 1
    }
    block = blocks.block(from: wanted.lowerBound)
    together = 1
  }

  /// The next block that has a wanted example; nil at the end.
  mutating func next() throws(EngramError) -> TrajectoryBlocks.Values? {
    guard let ids else { return nil }
    while block < blocks.count, blocks.firstExample(of: block) <= ids.upperBound {
      if let epoch, !blocks.mayHave(epoch, in: block) {
        block += 1
        continue
      }
      let values = try blocks.values(block, request, number: number, through: ids.upperBound, together: together)
      together = min(2 * together, blocks.count)
      block += 1
      let first = values.ids.partitionPoint { $0 < ids.lowerBound }
      rows = first..<max(first, values.ids.partitionPoint { $0 <= ids.upperBound })
      if !rows.isEmpty { return values }
    }
    return nil
  }
}

extension Array {
  /// The number of elements at the beginning for which a condition holds, where it holds for none behind them.
  ///
  /// - Complexity: O(log count).
  func partitionPoint(where isBelow: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if isBelow(self[middle]) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
