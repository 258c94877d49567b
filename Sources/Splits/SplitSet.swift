// SplitSet.swift -- the splits of one specification, stored under a name and never changed.

public import TrajectoryModel

/// The splits that one specification gave on one commit, under a name; once stored it never changes.
public struct SplitSet: Sendable, Hashable {
  /// The name, unique in its store.
  public let name: String
  /// The specification that made it.
  public let specification: SplitSpecification
  /// The commit whose data it was applied to.
  public let commit: Int64
  /// SHA-256 of all index arrays: of each split in order the train side, then the test side.
  public let sha256: String
  /// The splits, in order.
  public let splits: [Split]

  init(name: String, specification: SplitSpecification, commit: Int64, splits: [Split]) {
    self.name = name
    self.specification = specification
    self.commit = commit
    self.splits = splits
    sha256 = Split.sha256(of: splits.flatMap { [$0.train, $0.test] })
  }

  /// The split of an index in 0 ..< count, of its name, or of the value held out in one column.
  ///
  /// - Throws: ``EngramError`` with code `notFound` that lists what there is.
  public func split(_ key: String) throws(EngramError) -> Split {
    if let index = Int(key), splits.indices.contains(index) { return splits[index] }
    if let split = splits.first(where: { $0.name == key || $0.name.hasSuffix("=\(key)") && !$0.name.contains(",") }) {
      return split
    }
    throw EngramError(
      .notFound, "there is no split '\(key)' in '\(name)'",
      expected: "0 to \(splits.count - 1), or one of \(splits.prefix(12).map(\.name).joined(separator: ", "))",
      found: key,
      mend: closestName(to: key, among: splits.map(\.name)).map { "did you mean '\($0)'?" })
  }
}

/// What is known of a stored split set without its index arrays.
public struct SplitSetSummary: Sendable, Hashable {
  /// The name.
  public let name: String
  /// The kind, such as `balanced`.
  public let kind: String
  /// The commit whose data were split.
  public let commit: Int64
  /// The number of splits.
  public let splitCount: Int
  /// SHA-256 of all index arrays.
  public let sha256: String
}
