// ExampleSetCoding.swift -- sets of example ids as compact bytes, for the catalog.
//   Per range, two LEB128 integers: the gap since the end of the range before, and the length less one.
//   Example: {3, 4, 5, 9} is 03 02 | 03 00.

import Base
import TrajectoryModel

enum ExampleSetCoding {
  /// The bytes of a set: about two for a range of a random three-quarters, a few for a whole hold-out.
  static func encode(_ set: ExampleSet) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(set.ranges.count * 2)
    func append(_ value: UInt64) {
      var rest = value
      while rest >= 0x80 {
        bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
        rest >>= 7
      }
      bytes.append(UInt8(rest))
    }
    var end: Int64 = 0
    for range in set.ranges {
      append(UInt64(range.lowerBound - end))
      append(UInt64(range.upperBound - range.lowerBound - 1))
      end = range.upperBound
    }
    return bytes
  }

  /// The set of some bytes.
  ///
  /// - Throws: ``EngramError`` with code `corrupt` when the bytes are not what ``encode(_:)`` writes.
  static func decode(_ bytes: [UInt8]) throws(EngramError) -> ExampleSet {
    var set = ExampleSet()
    var index = 0
    func next() throws(EngramError) -> Int64 {
      var value: UInt64 = 0
      for shift in stride(from: UInt64(0), to: 63, by: 7) {
        guard index < bytes.count else {
          throw EngramError(.corrupt, "a stored set of examples ends within a number", place: "split", offset: index)
        }
        let byte = bytes[index]
        index += 1
        value |= UInt64(byte & 0x7f) << shift
        if byte < 0x80 { return Int64(value) }
      }
      throw EngramError(.corrupt, "a stored set of examples holds a number above 2^63", place: "split", offset: index)
    }
    var end: Int64 = 0
    while index < bytes.count {
      let (start, startOverflow) = end.addingReportingOverflow(try next())
      let (last, lastOverflow) = start.addingReportingOverflow(try next())
      guard !startOverflow, !lastOverflow, last < Int64.max, set.isEmpty || start > end else {
        throw EngramError(.corrupt, "a stored set of examples is out of order", place: "split", offset: index)
      }
      end = last + 1
      set.append(start..<end)
    }
    return set
  }
}
