// Ownership.swift -- which of several disjoint sets each example belongs to, as sorted ranges.

import TrajectoryModel

/// Which of several disjoint sets each example belongs to.
struct Ownership {
  /// The number of sets.
  let ownerCount: Int
  private let pieces: [(range: Range<Int64>, owner: Int32)]

  /// - Complexity: O(ranges log ranges), O(ranges) when they come sorted.
  init(_ sets: [ExampleSet]) {
    var pieces: [(range: Range<Int64>, owner: Int32)] = []
    pieces.reserveCapacity(sets.reduce(0) { $0 + $1.ranges.count })
    for (owner, set) in sets.enumerated() { pieces.append(contentsOf: set.ranges.map { ($0, Int32(owner)) }) }
    if !zip(pieces, pieces.dropFirst()).allSatisfy({ $0.range.lowerBound < $1.range.lowerBound }) {
      pieces.sort { $0.range.lowerBound < $1.range.lowerBound }
    }
    self.pieces = pieces
    ownerCount = sets.count
  }

  /// How many of some examples each owner has.
  ///
  /// - Complexity: O(ranges).
  func counts(in examples: ExampleSet) -> [Int] {
    var counts = [Int](repeating: 0, count: ownerCount)
    forEachOverlap(with: examples.ranges) { overlap, owner, _ in counts[owner] += overlap.count }
    return counts
  }

  /// The one owner of some examples, or nil when they have several or none.
  ///
  /// - Complexity: O(log pieces + pieces between the first and the last example).
  func owner(of examples: ExampleSet) -> Int? {
    guard let first = examples.ranges.first, let last = examples.ranges.last else { return nil }
    var (low, high) = (0, pieces.count)
    while low < high {
      let middle = (low + high) / 2
      if pieces[middle].range.upperBound <= first.lowerBound { low = middle + 1 } else { high = middle }
    }
    var found: Int32?
    for piece in pieces[low...] {
      if piece.range.lowerBound >= last.upperBound { break }
      if examples.isDisjoint(with: ExampleSet(piece.range)) { continue }
      if let found, found != piece.owner { return nil }
      found = piece.owner
    }
    return found.map { Int($0) }
  }

  /// For each owner, the one owner elsewhere of its examples among some; nil where they have several there, or none.
  ///
  /// - Complexity: O(ranges of both and of the examples).
  func soleOwners(in other: Ownership, among examples: ExampleSet) -> [Int?] {
    var found = [Int?](repeating: nil, count: ownerCount)
    var isShared = [Bool](repeating: false, count: ownerCount)
    var theirs: [(range: Range<Int64>, owner: Int)] = []
    other.forEachOverlap(with: examples.ranges) { overlap, owner, _ in theirs.append((overlap, owner)) }
    forEachOverlap(with: theirs.map { $0.range }) { _, owner, place in
      if let before = found[owner], before != theirs[place].owner { isShared[owner] = true }
      found[owner] = theirs[place].owner
    }
    return zip(found, isShared).map { $1 ? nil : $0 }
  }

  /// How many examples each pair of owners shares: those of owner a here and b there are at a x (owners there) + b.
  func counts(with other: Ownership) -> [Int] {
    var counts = [Int](repeating: 0, count: ownerCount * other.ownerCount)
    forEachOverlap(with: other.pieces.map { $0.range }) { overlap, owner, place in
      counts[owner * other.ownerCount + Int(other.pieces[place].owner)] += overlap.count
    }
    return counts
  }

  /// Visits what the examples of each owner have in common with each of some sorted ranges, which have places.
  private func forEachOverlap(
    with ranges: [Range<Int64>], _ body: (_ overlap: Range<Int64>, _ owner: Int, _ place: Int) -> Void
  ) {
    var next = 0
    for piece in pieces {
      while next < ranges.count, ranges[next].upperBound <= piece.range.lowerBound { next += 1 }
      var place = next
      while place < ranges.count, ranges[place].lowerBound < piece.range.upperBound {
        body(ranges[place].clamped(to: piece.range), Int(piece.owner), place)
        place += 1
      }
    }
  }
}
