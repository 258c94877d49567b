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

  /// The split of a name, of the value held out in one column, or of an index in 0 ..< count.
  ///
  /// - Throws: ``EngramError`` with code `notFound` that lists what there is.
  public func split(_ key: String) throws(EngramError) -> Split { splits[try index(of: key)] }

  /// The index of the split that ``split(_:)`` gives.
  ///
  /// A number that is also the name of a split, or its value, means that split: of splits called 1, 2 and 3, `1` is the first.
  ///
  /// - Throws: ``EngramError`` with code `notFound` that lists what there is, `usage` where the key means several.
  public func index(of key: String) throws(EngramError) -> Int {
    let names = splits.names
    // Two names that Unicode has equal are two names, of which the bytes tell which is meant.
    var found = names.indices.filter { names[$0].utf8.elementsEqual(key.utf8) }
    if found.isEmpty { found = names.indices.filter { names[$0] == key } }
    if found.isEmpty { found = names.indices.filter { names[$0].hasSuffix("=\(key)") && !names[$0].contains(",") } }
    if found.count == 1 { return found[0] }
    if found.isEmpty, let index = Int(key), splits.indices.contains(index) { return index }
    if !found.isEmpty {
      throw EngramError(
        .usage, "several splits of '\(name)' are called '\(key)'",
        expected: "one of \(found.map(String.init).joined(separator: ", "))", found: key,
        mend: "name the split by its number")
    }
    throw absent(key)
  }

  /// Refuses an index that no split has.
  ///
  /// - Throws: ``EngramError`` with code `notFound` that lists what there is.
  package func check(index: Int) throws(EngramError) {
    guard splits.indices.contains(index) else { throw absent(String(index)) }
  }

  /// What to say of a key that is the number of one split and means another, whose name it is; nil for any other key.
  package func remark(onKey key: String) -> String? {
    guard let number = Int(key), splits.indices.contains(number), let found = try? index(of: key), found != number
    else {
      return nil
    }
    let names = splits.names
    return "\(name)/\(key) is the split called '\(names[found])', which is number \(found); number \(number) is called "
      + "'\(names[number])'"
  }

  private func absent(_ key: String) -> EngramError {
    let names = splits.names
    return EngramError(
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
