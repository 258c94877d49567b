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

  /// A set of one range, which may be empty.
  public init(_ range: Range<Int64>) {
    if !range.isEmpty { ranges = [range] }
  }

  /// A set of ranges in any order, which may overlap.
  ///
  /// - Complexity: O(n log n) in the number of ranges, O(n) when they come sorted.
  public init(_ unsorted: some Sequence<Range<Int64>>) {
    var sorted = unsorted.filter { !$0.isEmpty }
    if !zip(sorted, sorted.dropFirst()).allSatisfy({ $0.lowerBound <= $1.lowerBound }) {
      sorted.sort { $0.lowerBound < $1.lowerBound }
    }
    for range in sorted { append(range) }
  }

  /// A set of ids in any order; repeats count once.
  public init(ids: some Sequence<Int64>) {
    self.init(ids.lazy.map { $0..<($0 + 1) })
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
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound <= id { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count && ranges[low].contains(id)
  }

  /// The ids in either set.
  public func union(_ other: ExampleSet) -> ExampleSet {
    var result = ExampleSet()
    var (left, right) = (ranges[...], other.ranges[...])
    while let next = [left.first, right.first].compactMap({ $0 }).min(by: { $0.lowerBound < $1.lowerBound }) {
      if next == left.first { left = left.dropFirst() } else { right = right.dropFirst() }
      result.append(next)
    }
    return result
  }

  /// The ids in both sets.
  public func intersection(_ other: ExampleSet) -> ExampleSet {
    var result = ExampleSet()
    var (left, right) = (ranges[...], other.ranges[...])
    while let a = left.first, let b = right.first {
      result.append(
        max(a.lowerBound, b.lowerBound)..<max(max(a.lowerBound, b.lowerBound), min(a.upperBound, b.upperBound)))
      if a.upperBound < b.upperBound { left = left.dropFirst() } else { right = right.dropFirst() }
    }
    return result
  }

  /// The ids in this set and not in the other.
  public func subtracting(_ other: ExampleSet) -> ExampleSet {
    var result = ExampleSet()
    var removed = other.ranges[...]
    for range in ranges {
      var start = range.lowerBound
      while let next = removed.first, next.lowerBound < range.upperBound {
        if next.lowerBound > start { result.append(start..<next.lowerBound) }
        start = max(start, next.upperBound)
        if next.upperBound > range.upperBound { break }
        removed = removed.dropFirst()
      }
      if start < range.upperBound { result.append(start..<range.upperBound) }
    }
    return result
  }
}
