// Bitmap.swift -- a set of small numbers, one bit each.

/// A set of numbers in 0 ..< count, one bit each: what random draws are collected in.
package struct Bitmap: Sendable {
  /// Number n is bit n % 64 of word n / 64.
  @usableFromInline package var words: [UInt64]

  /// The empty set of numbers below `count`.
  package init(count: Int) { words = [UInt64](repeating: 0, count: (count + 63) / 64) }

  /// Adds a number.
  @inlinable package mutating func insert(_ number: Int) {
    words[number >> 6] |= 1 << UInt64(truncatingIfNeeded: number & 63)
  }

  /// Whether a number is in the set.
  @inlinable package func contains(_ number: Int) -> Bool {
    words[number >> 6] >> UInt64(truncatingIfNeeded: number & 63) & 1 != 0
  }

  /// How many numbers are in the set.
  package var memberCount: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

  /// The numbers in the set, ascending.
  @inlinable package var members: Members { Members(words: words) }

  /// The numbers in a set, one after the other.
  package struct Members: Sequence, IteratorProtocol {
    @usableFromInline let words: [UInt64]
    @usableFromInline var place = 0
    @usableFromInline var rest: UInt64

    @inlinable init(words: [UInt64]) {
      self.words = words
      rest = words.first ?? 0
    }

    /// The next number, or nil behind the last.
    @inlinable package mutating func next() -> Int? {
      while rest == 0 {
        guard place + 1 < words.count else { return nil }
        place += 1
        rest = words[place]
      }
      let bit = rest.trailingZeroBitCount
      rest &= rest &- 1
      return place << 6 + bit
    }
  }

  /// The number of runs of neighbours in the set.
  package var runCount: Int {
    var count = 0
    var carry: UInt64 = 0
    for word in words {
      count += (word & ~(word << 1 | carry)).nonzeroBitCount
      carry = word >> 63
    }
    return count
  }
}
