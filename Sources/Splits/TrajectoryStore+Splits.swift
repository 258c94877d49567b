// TrajectoryStore+Splits.swift -- making, storing and finding split sets.

public import Base
import Catalog
import TrajectoryModel
public import TrajectoryStore

extension TrajectoryStore {
  /// Makes the splits of a specification and stores them under a name, in one commit.
  ///
  /// ```swift
  /// let specification = SplitSpecification(.balanced(BalancedSplits(test: .perClass(1296), train: .perClass(3888))))
  /// let fig2a = try store.createSplitSet("fig2a", specification)
  /// ```
  ///
  /// - Parameters:
  ///   - name: Letters, digits, `_`, `-` and `.`; unique in the store.
  ///   - specification: What determines the splits.
  ///   - commit: The commit whose data are split, nil for the newest.
  ///   - options: How long to wait for another writer, and who may stop the work.
  /// - Returns: The stored split set.
  /// - Throws: ``EngramError`` with code `exists` when the name is taken, and as ``SplitSpecification/splits(of:)``.
  public func createSplitSet(
    _ name: String, _ specification: SplitSpecification, asOf commit: Int64? = nil,
    options: WriteOptions = WriteOptions()
  ) throws(EngramError) -> SplitSet {
    try Self.checkSplitSetName(name)
    let snapshot = try snapshot(asOf: commit)
    var packer = SplitPacker()
    try specification.makeSplits(of: snapshot, limits: QueryLimits(isCancelled: options.isCancelled)) {
      (split) throws(EngramError) in try packer.add(split)
    }
    let (splits, sha256) = packer.finish()
    let set = SplitSet(
      name: name, specification: specification, commit: snapshot.commit, sha256: sha256, splits: splits)
    let record = SplitSetRecord(
      name: name, kind: specification.kind.name, specification: try specification.json.text(), commitID: set.commit,
      sha256: sha256, splitCount: splits.count)
    try write("split \(name)", options: options) { (session) throws(EngramError) in
      try session.commit(operation: "split", message: "\(set.splits.count) \(record.kind) splits as '\(name)'") {
        (catalog) throws(EngramError) in try catalog.addSplitSet(record, splits: splits.records)
      }
    }
    return set
  }

  /// Every stored split set, by name.
  public func splitSets() throws(EngramError) -> [SplitSetSummary] {
    try read { (catalog) throws(EngramError) in
      try catalog.splitSets().map {
        SplitSetSummary(
          name: $0.name, kind: $0.kind, commit: $0.commitID, splitCount: $0.splitCount, sha256: $0.sha256)
      }
    }
  }

  /// A stored split set.
  ///
  /// - Throws: ``EngramError`` with code `notFound` that names the nearest one there is, `corrupt` when its index
  ///   arrays do not have its SHA-256.
  public func splitSet(_ name: String) throws(EngramError) -> SplitSet {
    let stored = try read { (catalog) throws(EngramError) -> (SplitSetRecord, [SplitRecord]) in
      let names = try catalog.splitSets().map(\.name)
      guard names.contains(name) else {
        throw EngramError(
          .notFound, "there is no split set '\(name)'", file: path,
          expected: names.isEmpty ? "none is stored yet" : "one of \(names.prefix(12).joined(separator: ", "))",
          found: name,
          mend: closestName(to: name, among: names).map { "did you mean '\($0)'?" }
            ?? "make one with `engram split balanced`, or another kind; see `engram split --help`")
      }
      let record = try catalog.splitSet(name)
      var splits: [SplitRecord] = []
      for index in 0..<record.splitCount { splits.append(try catalog.split(name, index)) }
      return (record, splits)
    }
    var packer = SplitPacker()
    for split in stored.1 { try packer.add(stored: split) }
    let (splits, sha256) = packer.finish()
    let set = SplitSet(
      name: name, specification: try SplitSpecification(json: try JSONValue(parsing: stored.0.specification)),
      commit: stored.0.commitID, sha256: sha256, splits: splits)
    guard set.sha256 == stored.0.sha256 else {
      throw EngramError(
        .corrupt, "the index arrays of split set '\(name)' are damaged", file: path,
        expected: "SHA-256 \(stored.0.sha256)",
        found: set.sha256, mend: "remove it and make it again from its specification; the splits will be the same")
    }
    return set
  }

  /// Removes a stored split set, in one commit.
  public func removeSplitSet(_ name: String, options: WriteOptions = WriteOptions()) throws(EngramError) {
    try write("split remove \(name)", options: options) { (session) throws(EngramError) in
      try session.commit(operation: "split", message: "removed '\(name)'") { (catalog) throws(EngramError) in
        try catalog.removeSplitSet(name)
      }
    }
  }

  private static func checkSplitSetName(_ name: String) throws(EngramError) {
    let isPlain = name.utf8.allSatisfy { byte in
      (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || [45, 46, 95].contains(byte)
    }
    guard isPlain, !name.isEmpty, name.utf8.count <= 200 else {
      throw EngramError(
        .usage, "this is no name for a split set", expected: "letters, digits, '_', '-' and '.', at most 200",
        found: "'\(name)'", mend: "a slash, for one, separates the name from the number of a split")
    }
  }
}
