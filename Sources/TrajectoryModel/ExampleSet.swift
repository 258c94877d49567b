// ExampleSet.swift -- a set of example ids, kept as sorted ranges.

/// A set of example ids, kept as sorted ranges that neither overlap nor touch.
///
/// Ids are dense and the layers of a run are neighbours, so what a filter selects is mostly long ranges:
/// a hold-out of one run in a million takes a few hundred bytes, whatever the number of examples.
public struct ExampleSet: Sendable, Hashable {
  /// The ranges, ascending, none empty, with a gap between each and the next.
  public private(set) var ranges: [Range<Int64>] = []

  /// The empty set.
  public init() {}

  /// The empty set, with memory for so many ranges.
  init(reserving count: Int) { ranges.reserveCapacity(count) }

  /// A set of one range, which may be empty.
  public init(_ range: Range<Int64>) {
    if !range.isEmpty { ranges = [range] }
  }

  /// A set of ranges in any order, which may overlap.
  ///
  /// - Complexity: O(n log n) in the number of ranges, O(n) when they come sorted.
  public init(_ unsorted: some Sequence<Range<Int64>>) { self.init(Array(unsorted)) }

  /// A set of ranges in any order, which may overlap.
  ///
  /// The compiler makes code for this very type of it. Code for any sequence looks types up behind a lock of Swift's runtime,
  /// which a child of fork may find shut.
  ///
  /// - Complexity: O(n log n) in the number of ranges, O(n) when they come sorted.
  public init(_ unsorted: [Range<Int64>]) {
    var sorted = unsorted.filter { !$0.isEmpty }
    if !zip(sorted, sorted.dropFirst()).allSatisfy({ $0.lowerBound <= $1.lowerBound }) {
      sorted.sort { $0.lowerBound < $1.lowerBound }
    }
    for range in sorted { append(range) }
  }

  /// A set of ids in any order; repeats count once.
  ///
  /// - Complexity: O(n log n), O(n) when they come sorted.
  public init(ids: some Sequence<Int64>) {
    var sorted = Array(ids)
    if !zip(sorted, sorted.dropFirst()).allSatisfy({ $0 <= $1 }) { sorted.sort() }
    for id in sorted { append(id..<(id + 1)) }
  }

  /// Adds a range that starts at or after the start of the last one; joins it where they touch.
  ///
  /// - Precondition: `range.lowerBound` is not below the lower bound of the last range.
  public mutating func append(_ range: Range<Int64>) {
    guard !range.isEmpty else { return }
    guard let last = ranges.last else { return ranges.append(range) }
    precondition(range.lowerBound >= last.lowerBound, "ranges are appended in ascending order")
    if range.lowerBound <= last.upperBound {
      ranges[ranges.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
    } else {
      ranges.append(range)
    }
  }

  /// The number of examples.
  public var count: Int { ranges.reduce(0) { $0 + $1.count } }

  /// Whether there are none.
  public var isEmpty: Bool { ranges.isEmpty }

  /// Every id, ascending.
  public var ids: [Int64] {
    var all: [Int64] = []
    all.reserveCapacity(count)
    for range in ranges { all.append(contentsOf: range) }
    return all
  }

  /// The first examples, at most so many.
  public func prefix(_ count: Int) -> ExampleSet {
    var result = ExampleSet()
    var left = count
    for range in ranges where left > 0 {
      let end = range.lowerBound + Int64(min(left, range.count))
      result.append(range.lowerBound..<end)
      left -= Int(end - range.lowerBound)
    }
    return result
  }

  /// The set in parts of `size` examples, ascending; the last may have fewer.
  public func parts(of size: Int) -> [ExampleSet] {
    precondition(size > 0, "a part holds at least one example")
    var parts: [ExampleSet] = []
    var room: Int64 = 0
    for range in ranges {
      var start = range.lowerBound
      while start < range.upperBound {
        if room == 0 {
          parts.append(ExampleSet())
          room = Int64(size)
        }
        let end = min(range.upperBound, start + room)
        parts[parts.count - 1].append(start..<end)
        room -= end - start
        start = end
      }
    }
    return parts
  }

  /// Whether an id is in the set.
  ///
  /// - Complexity: O(log of the number of ranges).
  public func contains(_ id: Int64) -> Bool {
    let index = firstRange(endingAfter: id)
    return index < ranges.count && ranges[index].contains(id)
  }

  /// The index of the first range that ends after an id, or the number of ranges.
  private func firstRange(endingAfter id: Int64) -> Int {
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound <= id { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The ids of the set that lie in a range.
  ///
  /// - Complexity: O(log of the number of ranges + ranges of the result).
  public func clamped(to bounds: Range<Int64>) -> ExampleSet {
    var result = ExampleSet()
    for range in ranges[firstRange(endingAfter: bounds.lowerBound)...] {
      if range.lowerBound >= bounds.upperBound { break }
      result.append(range.clamped(to: bounds))
    }
    return result
  }

  /// The ids in either set.
  ///
  /// - Complexity: O(ranges of both), as for all operations on two sets.
  public func union(_ other: ExampleSet) -> ExampleSet {
    if other.isEmpty { return self }
    if isEmpty { return other }
    var result = ExampleSet()
    result.ranges.reserveCapacity(max(ranges.count, other.ranges.count))
    var (left, right) = (0, 0)
    while left < ranges.count && right < other.ranges.count {
      if ranges[left].lowerBound <= other.ranges[right].lowerBound {
        result.append(ranges[left])
        left += 1
      } else {
        result.append(other.ranges[right])
        right += 1
      }
    }
    for range in ranges[left...] { result.append(range) }
    for range in other.ranges[right...] { result.append(range) }
    return result
  }

  /// The ids in both sets.
  public func intersection(_ other: ExampleSet) -> ExampleSet {
    var result = ExampleSet()
    var (left, right) = (0, 0)
    while left < ranges.count && right < other.ranges.count {
      let (a, b) = (ranges[left], other.ranges[right])
      let lower = max(a.lowerBound, b.lowerBound)
      let upper = min(a.upperBound, b.upperBound)
      if lower < upper { result.append(lower..<upper) }
      if a.upperBound < b.upperBound { left += 1 } else { right += 1 }
    }
    return result
  }

  /// The ids in this set and not in the other.
  public func subtracting(_ other: ExampleSet) -> ExampleSet {
    var result = ExampleSet()
    var next = 0
    for range in ranges {
      var start = range.lowerBound
      while next < other.ranges.count, other.ranges[next].lowerBound < range.upperBound {
        let removed = other.ranges[next]
        if removed.lowerBound > start { result.append(start..<removed.lowerBound) }
        start = max(start, removed.upperBound)
        if removed.upperBound > range.upperBound { break }
        next += 1
      }
      if start < range.upperBound { result.append(start..<range.upperBound) }
    }
    return result
  }

  /// Whether no id is in both sets.
  public func isDisjoint(with other: ExampleSet) -> Bool {
    var (left, right) = (0, 0)
    while left < ranges.count && right < other.ranges.count {
      let (a, b) = (ranges[left], other.ranges[right])
      if max(a.lowerBound, b.lowerBound) < min(a.upperBound, b.upperBound) { return false }
      if a.upperBound < b.upperBound { left += 1 } else { right += 1 }
    }
    return true
  }
}
