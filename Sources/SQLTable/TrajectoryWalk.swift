// TrajectoryWalk.swift -- walks through a store that give rows in the order of statistics and epochs.

import SQLite

/// What rows are put in the order of.
enum TrajectoryKey: Character {
  case statistic = "s"
  case epoch = "e"
}

/// One walk through the blocks of a store.
struct TrajectoryWalk {
  /// The statistics; nil for all.
  var statistics: [Int]?
  /// The epochs that are read.
  var epochs: Bounds
  /// The one of these of which rows are; nil for all.
  var epoch: Double?
}

/// The walks that give rows in the order of some keys, one after the other, so that SQLite has nothing to sort.
///
/// A walk for each statistic decodes every value once. Walks for each epoch would decode them again and again, so they read as many
/// epochs together as can be kept from one walk to the next. No walk is made before its turn: there may be one for each pair.
struct TrajectoryWalks {
  private let blocks: TrajectoryBlocks
  private let ids: Bounds
  /// What is still to be walked through, the next last, with the keys that it is still to be cut by.
  private var rest: [(walk: TrajectoryWalk, keys: ArraySlice<TrajectoryKey>)]

  /// The walks of a query.
  ///
  /// - Parameters:
  ///   - blocks: The store.
  ///   - whole: All that is asked for.
  ///   - keys: The keys, the one that changes least first.
  ///   - ids: The examples.
  init(_ blocks: TrajectoryBlocks, _ whole: TrajectoryWalk, by keys: [TrajectoryKey], of ids: Bounds) {
    (self.blocks, self.ids) = (blocks, ids)
    rest = [(whole, keys[...])]
  }

  /// The next walk; nil at the end.
  mutating func next() -> TrajectoryWalk? {
    while let (walk, keys) = rest.popLast() {
      guard let key = keys.first else { return walk }
      let parts = key == .statistic ? byStatistic(walk) : byEpoch(walk)
      rest += parts.reversed().map { ($0, keys.dropFirst()) }
    }
    return nil
  }

  private func byStatistic(_ walk: TrajectoryWalk) -> [TrajectoryWalk] {
    let wanted = walk.statistics.map(Set.init)
    return blocks.sortedStatistics.filter { wanted?.contains($0) ?? true }.map {
      TrajectoryWalk(statistics: [$0], epochs: walk.epochs, epoch: walk.epoch)
    }
  }

  private func byEpoch(_ walk: TrajectoryWalk) -> [TrajectoryWalk] {
    if walk.epochs.isEmpty { return [] }
    let wanted = blocks.epochs.filter { $0 >= walk.epochs.first && $0 <= walk.epochs.last }
    let together = blocks.epochsKept(of: ids, statistics: walk.statistics?.count ?? blocks.statistics.count)
    return stride(from: 0, to: wanted.count, by: together).flatMap { start in
      let band = wanted[start..<min(start + together, wanted.count)]
      var walk = walk
      walk.epochs.apply(.atLeast, .real(band[band.startIndex]))
      walk.epochs.apply(.atMost, .real(band[band.endIndex - 1]))
      return band.map { epoch in
        walk.epoch = epoch
        return walk
      }
    }
  }
}
