// TrajectoryWalk.swift -- walks through a store that give the rows of `trajectory` in the order of statistics and epochs.

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
  /// Whether walks give rows in the order of some columns of `trajectory`, so that SQLite has nothing to sort.
  ///
  /// A walk for each statistic decodes every value once. One for each epoch would decode them again and again, unless they are kept.
  func canWalk(by order: [Int]) -> Bool {
    switch order {
    case [1]: true
    case [1, 2]: keeps(statistics: 1)
    case [2], [2, 1]: keeps(statistics: statistics.count)
    default: false
    }
  }

  /// The walks that give rows in the order of some columns, 1 the statistic and 2 the epoch; the last comes first.
  func walks(_ whole: TrajectoryWalk, by order: [Int]) -> [TrajectoryWalk] {
    var walks = [whole]
    for column in order {
      walks = walks.flatMap { walk in
        var one = walk
        if column == 1 {
          let wanted = walk.statistics.map(Set.init)
          return sortedStatistics.filter { wanted?.contains($0) ?? true }.map {
            one.statistics = [$0]
            return one
          }
        }
        let (first, last) = (walk.epochs.first, walk.epochs.last)
        return walk.epochs.isEmpty
          ? []
          : epochs.filter { $0 >= first && $0 <= last }.map {
            one.epoch = $0
            return one
          }
      }
    }
    return walks.reversed()
  }
}
