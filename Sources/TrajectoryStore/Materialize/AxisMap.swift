// AxisMap.swift -- where wanted statistics and epochs stand on the axes of one source.

import Catalog

/// Where wanted statistics and epochs stand on the axes of one source.
struct AxisMap: Sendable {
  /// For each wanted statistic its index, or nil where the source lacks it.
  let statistics: [Int?]
  /// For each wanted epoch its index, or -1 where the source lacks it.
  let epochs: [Int32]
  /// Stretches of wanted epochs that the source has: the position of the first, and their indices.
  let stretches: [(first: Int, indices: [Int32])]
  /// The epochs below this index are all that is wanted.
  let epochEnd: Int
  /// Whether anything wanted is missing.
  var isIncomplete: Bool { statistics.contains(nil) || epochs.contains(-1) }

  /// Finds the places.
  ///
  /// - Parameters:
  ///   - source: The source.
  ///   - wanted: The statistics.
  ///   - epochs: The epochs.
  ///   - hasNone: Whether a place after the last stands for no epoch at all.
  init(_ source: ExtentSource, statistics wanted: [String], epochs: [Double], hasNone: Bool = false) {
    statistics = Self.places(of: wanted, on: source.extent.statistics)
    self.epochs =
      Self.places(of: epochs, on: source.extent.epochs).map { Int32($0 ?? -1) } + (hasNone ? [-1] : [])
    var stretches: [(first: Int, indices: [Int32])] = []
    var isBroken = true
    for (position, index) in self.epochs.enumerated() {
      if index >= 0 {
        if isBroken { stretches.append((position, [])) }
        stretches[stretches.count - 1].indices.append(index)
      }
      isBroken = index < 0
    }
    self.stretches = stretches
    epochEnd = Int(self.epochs.max() ?? -1) + 1
  }

  /// So many comparisons take as long as a table of what stands where.
  private static let fewComparisons = 512

  /// For each wanted value its first place on an axis, or nil where it is not there.
  private static func places<Value: Hashable>(of wanted: [Value], on axis: [Value]) -> [Int?] {
    if wanted.count * axis.count <= fewComparisons { return wanted.map { axis.firstIndex(of: $0) } }
    let places = Dictionary(axis.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    return wanted.map { places[$0] }
  }
}
