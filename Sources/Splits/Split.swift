// Split.swift -- one train set and one test set.

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
    /// Ids hashed at a time, so that a large set needs no second copy of itself.
    let batch = 4_096
    var hash = SHA256()
    var ids: [Int64] = []
    ids.reserveCapacity(batch)
    for set in sets {
      for range in set.ranges {
        var start = range.lowerBound
        while start < range.upperBound {
          let end = min(range.upperBound, start + Int64(batch - ids.count))
          ids.append(contentsOf: (start..<end).lazy.map(\.littleEndian))
          start = end
          if ids.count == batch {
            // SAFETY: an integer has no padding, so each of its bytes is initialised.
            unsafe hash.update(ids.span.bytes)
            ids.removeAll(keepingCapacity: true)
          }
        }
      }
    }
    // SAFETY: an integer has no padding, so each of its bytes is initialised.
    unsafe hash.update(ids.span.bytes)
    return hash.finish()
  }
}
