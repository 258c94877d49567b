// Split.swift -- one train set and one test set.

import Base
public import TrajectoryModel

/// Two disjoint sets of examples: one to train on, one to test on.
public struct Split: Sendable, Hashable {
  /// What tells the split from the others of its split set, such as `architecture=alexnet`, or its number.
  public let name: String
  /// The examples to train on.
  public let train: ExampleSet
  /// The examples to test on.
  public let test: ExampleSet

  /// Makes a split of disjoint sets.
  public init(name: String, train: ExampleSet, test: ExampleSet) {
    self.name = name
    self.train = train
    self.test = test
  }

  /// The SHA-256 of the ids of the train side, as ``sha256(of:)`` computes it.
  public var trainSHA256: String { Self.sha256(of: [train]) }

  /// The SHA-256 of the ids of the test side.
  public var testSHA256: String { Self.sha256(of: [test]) }

  /// The SHA-256 of sets, one after the other, each as its ids ascending in 8-byte little-endian integers.
  ///
  /// It equals `hashlib.sha256(indices.astype('<i8')).hexdigest()` in NumPy.
  public static func sha256(of sets: [ExampleSet]) -> String {
    var hash = IndexHash()
    for set in sets { hash.update(set) }
    return hash.finish()
  }
}

/// The SHA-256 of index arrays, one after the other.
struct IndexHash: ~Copyable {
  /// Ids hashed at a time, so that a large set needs no second copy of itself.
  private static let batch = 4_096

  private var hash = SHA256()
  private var ids: [Int64] = {
    var ids: [Int64] = []
    ids.reserveCapacity(batch)
    return ids
  }()

  /// Adds the ids of a set, ascending, in 8-byte little-endian integers.
  mutating func update(_ set: ExampleSet) {
    for range in set.ranges {
      var start = range.lowerBound
      while start < range.upperBound {
        let end = min(range.upperBound, start + Int64(Self.batch - ids.count))
        var id = start
        while id < end {
          ids.append(id.littleEndian)
          id &+= 1
        }
        start = end
        if ids.count == Self.batch { flush() }
      }
    }
  }

  private mutating func flush() {
    // The ids move out for a moment, so that they and the hash are not reached through `self` at once.
    var full: [Int64] = []
    swap(&full, &ids)
    // SAFETY: an integer has no padding, so each of its bytes is initialised.
    unsafe hash.update(full.span.bytes)
    full.removeAll(keepingCapacity: true)
    swap(&full, &ids)
  }

  /// The 32 bytes of the digest.
  consuming func finishBytes() -> [UInt8] {
    flush()
    return hash.finishBytes()
  }

  /// The digest as 64 lower-case hexadecimal digits.
  consuming func finish() -> String {
    flush()
    return hash.finish()
  }
}
