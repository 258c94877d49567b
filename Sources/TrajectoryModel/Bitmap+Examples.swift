// Bitmap+Examples.swift -- sets of examples to and from bitmaps.

package import Base

extension Bitmap {
  /// Adds the ids, each less `base`, of the examples whose places in a set, counted from 0, are in another bitmap.
  ///
  /// - Complexity: O(count of the set).
  package mutating func insertMembers(of set: ExampleSet, at places: Bitmap, from base: Int64) {
    var place = 0
    for range in set.ranges {
      for id in Int(range.lowerBound - base)..<Int(range.upperBound - base) {
        if places.contains(place) { insert(id) }
        place &+= 1
      }
    }
  }

  /// The examples whose ids are the numbers, each plus `base`.
  ///
  /// - Complexity: O(count / 64 + ranges).
  package func examples(from base: Int64) -> ExampleSet {
    var set = ExampleSet(reserving: runCount)
    for (index, word) in words.enumerated() {
      var rest = word
      var bit = 0
      while rest != 0 {
        let zeros = rest.trailingZeroBitCount
        rest >>= UInt64(zeros)
        bit += zeros
        let ones = (~rest).trailingZeroBitCount
        let start = base + Int64(index * 64 + bit)
        set.append(start..<(start + Int64(ones)))
        rest = ones == 64 ? 0 : rest >> UInt64(ones)
        bit += ones
      }
    }
    return set
  }
}

extension ExampleSet {
  /// The examples whose places in this set, counted from 0, are in a bitmap.
  ///
  /// - Complexity: O(count).
  package func members(at places: Bitmap) -> ExampleSet {
    var result = ExampleSet()
    var place = 0
    for range in ranges {
      for id in range {
        if places.contains(place) { result.append(id..<(id &+ 1)) }
        place &+= 1
      }
    }
    return result
  }

  /// The set cut into consecutive parts of these sizes, ascending.
  ///
  /// - Precondition: The sizes add up to the count.
  /// - Complexity: O(ranges + parts).
  package func consecutive(_ sizes: [Int]) -> [ExampleSet] {
    var parts: [ExampleSet] = []
    var index = 0
    var start = ranges.first?.lowerBound ?? 0
    for size in sizes {
      var part = ExampleSet()
      var left = Int64(size)
      while left > 0 {
        let end = Swift.min(ranges[index].upperBound, start + left)
        part.append(start..<end)
        left -= end - start
        start = end
        if start == ranges[index].upperBound {
          index += 1
          if index < ranges.count { start = ranges[index].lowerBound }
        }
      }
      parts.append(part)
    }
    return parts
  }
}
