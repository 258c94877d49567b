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
    var next = 0
    let ranges = examples.ranges
    for piece in pieces {
      while next < ranges.count, ranges[next].upperBound <= piece.range.lowerBound { next += 1 }
      var index = next
      while index < ranges.count, ranges[index].lowerBound < piece.range.upperBound {
        counts[Int(piece.owner)] += ranges[index].clamped(to: piece.range).count
        index += 1
      }
    }
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
    let theirs = other.pieces(within: examples)
    var next = 0
    for piece in pieces {
      while next < theirs.count, theirs[next].range.upperBound <= piece.range.lowerBound { next += 1 }
      var index = next
      while index < theirs.count, theirs[index].range.lowerBound < piece.range.upperBound {
        let (owner, their) = (Int(piece.owner), Int(theirs[index].owner))
        if let before = found[owner], before != their { isShared[owner] = true }
        found[owner] = their
        index += 1
      }
    }
    return zip(found, isShared).map { $1 ? nil : $0 }
  }

  /// The parts of the ranges that some examples lie in, sorted.
  private func pieces(within examples: ExampleSet) -> [(range: Range<Int64>, owner: Int32)] {
    var parts: [(range: Range<Int64>, owner: Int32)] = []
    var next = 0
    let ranges = examples.ranges
    for piece in pieces {
      while next < ranges.count, ranges[next].upperBound <= piece.range.lowerBound { next += 1 }
      var index = next
      while index < ranges.count, ranges[index].lowerBound < piece.range.upperBound {
        parts.append((ranges[index].clamped(to: piece.range), piece.owner))
        index += 1
      }
    }
    return parts
  }

  /// How many examples each pair of owners shares: those of owner a here and b there are at a x (owners there) + b.
  func counts(with other: Ownership) -> [Int] {
    var counts = [Int](repeating: 0, count: ownerCount * other.ownerCount)
    var next = 0
    for piece in pieces {
      while next < other.pieces.count, other.pieces[next].range.upperBound <= piece.range.lowerBound { next += 1 }
      var index = next
      while index < other.pieces.count, other.pieces[index].range.lowerBound < piece.range.upperBound {
        let shared = other.pieces[index].range.clamped(to: piece.range).count
        counts[Int(piece.owner) * other.ownerCount + Int(other.pieces[index].owner)] += shared
        index += 1
      }
    }
    return counts
  }
}
