// TrainChoices.swift -- words of `engram train`: seeds that may be none, and shares of a plan.

import Base

/// A seed, or none.
package struct TrainingSeed: Sendable, Hashable {
  /// The number; nil for none.
  package let number: Int64?
}

/// One of several shares.
package struct PlanShard: Sendable, Hashable {
  /// Which, from 0.
  package let index: Int
  /// Of how many.
  package let count: Int
}

extension ValueType where Value == TrainingSeed {
  /// `none` or a whole number.
  package static var trainingSeed: Self {
    Self("SEED") { (word: String) throws(ConversionFailure) in
      if word.lowercased() == "none" { return TrainingSeed(number: nil) }
      guard let number = strictInteger(word).flatMap({ UInt32(exactly: $0) }) else {
        throw ConversionFailure(expected: "none, or a whole number from 0 to \(UInt32.max)", found: word)
      }
      return TrainingSeed(number: Int64(number))
    }
  }
}

extension ValueType where Value == PlanShard {
  /// `i/n`, from `1/n` to `n/n`.
  package static var shard: Self {
    Self("I/N") { (word: String) throws(ConversionFailure) in
      let parts = word.split(separator: "/", omittingEmptySubsequences: false)
      guard parts.count == 2, let index = strictInteger(parts[0]), let count = strictInteger(parts[1]), index >= 1,
        count <= 1_000_000, index <= count
      else { throw ConversionFailure(expected: "I/N, such as 1/4 for the first of four shares", found: word) }
      return PlanShard(index: index - 1, count: count)
    }
  }
}
