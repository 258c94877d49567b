// CascadeSums.swift -- sums over stimuli that do not depend on how the stimuli are cut into blocks.

/// Sums of several numbers over many stimuli, by pairs of pairs of pairs.
///
/// Adding in a tree keeps the rounding error at the logarithm of the number of stimuli. The tree depends on the order of the
/// stimuli alone, so blocks of any size give the same bits.
struct CascadeSums: Sendable {
  /// How many stimuli were added.
  private(set) var count = 0
  private let width: Int
  /// Sums of 1, 2, 4, … stimuli; a level is in use where the count has that bit.
  private var levels: [[Double]] = []

  /// Starts at no stimulus.
  ///
  /// - Parameter width: How many numbers a stimulus has.
  init(width: Int) { self.width = width }

  /// Adds the numbers of one stimulus.
  mutating func add(_ values: ArraySlice<Double>) {
    precondition(values.count == width, "a stimulus has as many numbers as the others")
    var carry = Array(values)
    var level = 0
    while count >> level & 1 == 1 {
      for index in carry.indices { carry[index] = levels[level][index] + carry[index] }
      level += 1
    }
    if level == levels.count { levels.append(carry) } else { levels[level] = carry }
    count += 1
  }

  /// The means over all stimuli, or nil before the first.
  var means: [Double]? {
    guard count > 0 else { return nil }
    var sums: [Double]?
    for level in levels.indices where count >> level & 1 == 1 {
      guard let smaller = sums else {
        sums = levels[level]
        continue
      }
      sums = zip(levels[level], smaller).map { $0 + $1 }
    }
    return sums?.map { $0 / Double(count) }
  }
}
