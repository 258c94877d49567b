// SplitSet.swift -- the splits of one specification, stored under a name and never changed.

public import Base

/// The splits that one specification gave on one commit, under a name; once stored it never changes.
///
/// The index arrays are kept compressed; a split is unpacked when it is asked for.
public struct SplitSet: Sendable, Hashable {
  /// The name, unique in its store.
  public let name: String
  /// The specification that made it.
  public let specification: SplitSpecification
  /// The commit whose data it was applied to.
  public let commit: Int64
  /// SHA-256 over all index arrays: over the 32-byte SHA-256 of each side, of each split in order train, then test.
  public let sha256: String
  /// The splits, in order.
  public let splits: PackedSplits

  /// The split of an index in 0 ..< count, of its name, or of the value held out in one column.
  ///
  /// - Throws: ``EngramError`` with code `notFound` that lists what there is.
  public func split(_ key: String) throws(EngramError) -> Split { splits[try index(of: key)] }

  /// The index of the split that ``split(_:)`` gives.
  ///
  /// - Throws: ``EngramError`` with code `notFound` that lists what there is, `usage` where the key means several.
  public func index(of key: String) throws(EngramError) -> Int {
    if let index = Int(key), splits.indices.contains(index) { return index }
    let names = splits.names
    var found = names.indices.filter { names[$0] == key }
    if found.isEmpty { found = names.indices.filter { names[$0].hasSuffix("=\(key)") && !names[$0].contains(",") } }
    if found.count == 1 { return found[0] }
    if !found.isEmpty {
      throw EngramError(
        .usage, "several splits of '\(name)' are called '\(key)'",
        expected: "one of \(found.map(String.init).joined(separator: ", "))", found: key,
        mend: "name the split by its number")
    }
    throw EngramError(
      .notFound, "there is no split '\(key)' in '\(name)'",
      expected: "0 to \(splits.count - 1), or one of \(names.prefix(12).joined(separator: ", "))",
      found: key,
      mend: closestName(to: key, among: names).map { "did you mean '\($0)'?" })
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
