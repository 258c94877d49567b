// Snapshot+Extents.swift -- which extents hold some examples, and what those have in common.

import Catalog
import TrajectoryModel

extension Snapshot {
  /// The extents that hold any of some examples, ascending.
  ///
  /// - Complexity: O(log(extents) + extents between the first and the last + ranges of the examples).
  func extents(holding examples: ExampleSet) -> [Extent] {
    let (ranges, extents) = (examples.ranges, self.extents)
    guard let first = ranges.first, let last = ranges.last else { return [] }
    // The first extent that ends behind the first example.
    var (start, end) = (0, extents.count)
    while start < end {
      let middle = (start + end) / 2
      if extents[middle].examples.upperBound <= first.lowerBound { start = middle + 1 } else { end = middle }
    }
    var next = 0
    return extents[start...].prefix { $0.firstExample < last.upperBound }.filter { extent in
      while next < ranges.count, ranges[next].upperBound <= extent.firstExample { next += 1 }
      return next < ranges.count && ranges[next].lowerBound < extent.examples.upperBound
    }
  }
}

extension [Extent] {
  /// The statistics that all have, in the order of the first.
  var commonStatistics: [String] {
    guard let first else { return [] }
    return dropFirst().reduce(first.statistics) { common, extent in
      common == extent.statistics ? common : common.filter(Set(extent.statistics).contains)
    }
  }

  /// The epochs that all have, ascending.
  var commonEpochs: [Double] {
    guard let first else { return [] }
    return dropFirst().reduce(first.epochs) { common, extent in
      common == extent.epochs ? common : common.filter(Set(extent.epochs).contains)
    }
  }

  /// The epochs that any has, ascending.
  var everyEpoch: [Double] { Set(flatMap(\.epochs)).sorted() }

  /// Those that lack any of some epochs, and the first epoch that each lacks.
  func lacking(anyOf epochs: [Double]) -> [(extent: Extent, epoch: Double)] {
    var firstMissing: [[Double]: Double] = [:]
    var seen: Set<[Double]> = []
    for axis in map(\.epochs) where seen.insert(axis).inserted {
      let recorded = Set(axis)
      firstMissing[axis] = epochs.first { !recorded.contains($0) }
    }
    return compactMap { extent in firstMissing[extent.epochs].map { (extent, $0) } }
  }
}
