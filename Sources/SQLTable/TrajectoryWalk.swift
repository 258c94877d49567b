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

extension TrajectoryBlocks {
  /// The walks that give rows in the order of some keys, so that SQLite has nothing to sort; the first comes last.
  ///
  /// A walk for each statistic decodes every value once. Walks for each epoch would decode them again and again, so they read as many
  /// epochs together as can be kept from one walk to the next.
  ///
  /// - Parameters:
  ///   - whole: All that is asked for.
  ///   - keys: The keys, the one that changes least first.
  ///   - ids: The examples.
  /// - Returns: The walks.
  func walks(_ whole: TrajectoryWalk, by keys: [TrajectoryKey], of ids: Bounds) -> [TrajectoryWalk] {
    var walks = [whole]
    for key in keys {
      walks = walks.flatMap { walk in key == .statistic ? byStatistic(walk) : byEpoch(walk, of: ids) }
    }
    return walks.reversed()
  }

  private func byStatistic(_ walk: TrajectoryWalk) -> [TrajectoryWalk] {
    let wanted = walk.statistics.map(Set.init)
    return sortedStatistics.filter { wanted?.contains($0) ?? true }.map {
      TrajectoryWalk(statistics: [$0], epochs: walk.epochs, epoch: walk.epoch)
    }
  }

  private func byEpoch(_ walk: TrajectoryWalk, of ids: Bounds) -> [TrajectoryWalk] {
    if walk.epochs.isEmpty { return [] }
    let wanted = epochs.filter { $0 >= walk.epochs.first && $0 <= walk.epochs.last }
    let together = epochsKept(of: ids, statistics: walk.statistics?.count ?? statistics.count)
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
