// TrajectoryStore+Splits.swift -- making, storing and finding split sets.

public import Base
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
    let set = try specification.splitSet(named: name, of: try snapshot(asOf: commit), work: options.work)
    let record = SplitSetRecord(
      name: name, kind: specification.kind.name, specification: try specification.json.text(), commitID: set.commit,
      sha256: set.sha256, splitCount: set.splits.count)
    try add(record, splits: set.splits.records, options: options)
    return set
  }

  /// Every stored split set, by name.
  public func splitSets() throws(EngramError) -> [SplitSetSummary] {
    try splitSetRecords().map {
      SplitSetSummary(name: $0.name, kind: $0.kind, commit: $0.commitID, splitCount: $0.splitCount, sha256: $0.sha256)
    }
  }

  /// A stored split set.
  ///
  /// - Throws: ``EngramError`` with code `notFound` that names the nearest one there is, `corrupt` when its index
  ///   arrays do not have its SHA-256.
  public func splitSet(_ name: String) throws(EngramError) -> SplitSet {
    let stored = try splitSetRecord(name)
    return try unpacked(stored.set, stored.splits)
  }

  /// Reads every stored split set and compares it with its SHA-256, all as of one commit.
  ///
  /// - Returns: How many there are, and what is wrong with them.
  /// - Throws: What keeps the catalog from being read at all.
  public func verifySplitSets() throws(EngramError) -> (count: Int, problems: [EngramError]) {
    var (count, problems) = (0, [EngramError]())
    try forEachSplitSet { (record, splits) throws(EngramError) in
      count += 1
      do throws(EngramError) {
        _ = try unpacked(record, splits())
      } catch {
        // What the system refuses is not damage.
        guard [.corrupt, .truncated, .notFound, .invalidData].contains(error.code) else { throw error }
        problems.append(error)
      }
    }
    return (count, problems)
  }

  /// A split set out of its record.
  private func unpacked(_ record: SplitSetRecord, _ splits: [SplitRecord]) throws(EngramError) -> SplitSet {
    var packer = SplitPacker()
    for split in splits { try packer.add(stored: split) }
    let (packed, sha256) = packer.finish()
    let specification: SplitSpecification
    do throws(EngramError) {
      specification = try SplitSpecification(json: try JSONValue(parsing: record.specification))
    } catch {
      // What a person gives is refused as such; what was stored is damaged, or of a newer version.
      var damaged = error.inFile(path)
      if damaged.code != .unsupported { damaged.code = .corrupt }
      damaged.place = "split set '\(record.name)'" + (error.place.map { ", \($0)" } ?? "")
      damaged.mend = "restore the catalog from a copy"
      throw damaged
    }
    let set = SplitSet(
      name: record.name, specification: specification, commit: record.commitID, sha256: sha256, splits: packed)
    guard set.sha256 == record.sha256 else {
      throw EngramError(
        .corrupt, "the index arrays of split set '\(record.name)' are damaged", file: path,
        expected: "SHA-256 \(record.sha256)",
        found: set.sha256, mend: "remove it and make it again from its specification; the splits will be the same")
    }
    return set
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

extension SplitSpecification {
  /// The splits of a snapshot as the set that they would be under a name; nothing is stored.
  ///
  /// - Throws: As ``splits(of:limits:)``.
  package func splitSet(
    named name: String, of snapshot: Snapshot, work: WorkContext = WorkContext()
  ) throws(EngramError) -> SplitSet {
    var packer = SplitPacker()
    try makeSplits(of: snapshot, limits: QueryLimits(work: work)) { (split) throws(EngramError) in
      try packer.add(split)
    }
    let (splits, sha256) = packer.finish()
    return SplitSet(name: name, specification: self, commit: snapshot.commit, sha256: sha256, splits: splits)
  }
}
