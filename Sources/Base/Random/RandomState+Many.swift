// RandomState+Many.swift -- the first draws of many generators at once.

import CRandomKernels

extension RandomState {
  /// Adds the first ``interval(_:)`` of each of neighbouring seeds to a list.
  ///
  /// - Parameters:
  ///   - maximum: The greatest number to draw, below 2^31.
  ///   - firstSeed: The seed of the first generator; the next one has the next seed, modulo 2^32.
  ///   - count: The number of generators.
  ///   - intervals: Gets a number for each.
  /// - Complexity: O(count), about a tenth of a microsecond for each.
  package static func appendFirstIntervals(
    _ maximum: UInt32, firstSeed: UInt32, count: Int, to intervals: inout [Int32]
  ) {
    precondition(maximum <= UInt32(Int32.max), "the numbers fit the list")
    let first = intervals.count
    intervals.append(contentsOf: repeatElement(0, count: count))
    unsafe intervals.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      // SAFETY: the list has `count` elements from `first` on.
      unsafe engram_first_intervals(firstSeed, count, maximum, base + first)
    }
    // The kernel tries a few draws; where all were rejected, the whole generator draws on.
    for index in first..<intervals.count where intervals[index] < 0 {
      var random = RandomState(seed: firstSeed &+ UInt32(truncatingIfNeeded: index - first))
      intervals[index] = Int32(random.interval(UInt64(maximum)))
    }
  }
}
