// TrajectoryStore+MergeResults.swift -- bringing in results that were computed elsewhere, of the same data and splits.

public import Base
import Splits
import TrajectoryModel
public import TrajectoryStore

/// What came of bringing results in.
public struct MergedResults: Sendable, Hashable {
  /// Results of splits that are new here.
  public internal(set) var added = 0
  /// Results that were here already.
  public internal(set) var known = 0
}

extension TrajectoryStore {
  /// Brings in results that copies of this store have, or stores that hold results of it alone, in one commit.
  ///
  /// Examples and split sets stay where they are. The same plan on the same splits has the same results wherever they are
  /// computed, so those that are here already stay as they are. Published results that were brought in from files are passed over.
  ///
  /// - Parameters:
  ///   - paths: The other stores.
  ///   - options: How to wait and work.
  /// - Returns: How many results came.
  /// - Throws: ``EngramError`` with code `usage` for another store, `invalidData` for results of splits that this store does
  ///   not have.
  public func mergeResults(
    of paths: [String], options: WriteOptions = WriteOptions()
  ) throws(EngramError) -> MergedResults {
    let own = try identifier()
    let sets = Dictionary(try splitSets().map { ($0.name, $0.sha256) }, uniquingKeysWith: { first, _ in first })
    var report = MergedResults()
    var brought: [(record: ClassificationRecord, splits: [ClassificationSplitRecord])] = []
    var seen: [String: Set<Int>] = [:]
    for path in paths {
      let other = try TrajectoryStore(opening: path)
      let identifier = try other.identifier()
      guard identifier == own else {
        throw EngramError(
          .usage, "these are results of another store", file: path,
          expected: "a copy of store \(own), or its results alone",
          found: "store \(identifier)", mend: "merge its examples, and classify them here")
      }
      for summary in try other.classificationRecords() where summary.origin == .computed {
        let (record, splits) = try other.classificationRecord(summary.id)
        try Self.check(record, sets, path)
        var known: Set<Int>
        if let before = seen[record.planHash] {
          known = before
        } else {
          known = try finishedSplits(planHash: record.planHash)
        }
        let fresh = splits.filter { known.insert($0.ordinal).inserted }
        seen[record.planHash] = known
        report.known += splits.count - fresh.count
        report.added += fresh.count
        if !fresh.isEmpty { brought.append((record, fresh)) }
      }
    }
    if !brought.isEmpty {
      try add(
        brought, message: "\(report.added) results of \(paths.count) stores: \(paths.joined(separator: ", "))",
        options: options)
    }
    return report
  }

  /// Refuses results of a plan that is not well formed, or of splits that are not here.
  private static func check(
    _ record: ClassificationRecord, _ sets: [String: String], _ path: String
  ) throws(EngramError) {
    let found = XXH3.hash128(unsafe Array(record.plan.utf8).span.bytes)
    guard found == record.planHash, let plan = try? JSONValue(parsing: record.plan).asObject(),
      let name = try? plan["split_set"]?.asString(), let hash = try? plan["splits_sha256"]?.asString()
    else {
      throw EngramError(
        .corrupt, "a plan is not what its hash says", file: path, place: "table classification, '\(record.title)'",
        expected: record.planHash, found: found, mend: "compute these results again")
    }
    guard sets[name] == hash else {
      throw EngramError(
        .invalidData, "there are results of splits that this store does not have", file: path,
        expected: "the split set '\(name)' with SHA-256 \(hash)",
        found: sets[name].map { "another one of that name, \($0)" } ?? "none of that name",
        mend: "make the splits here before results of them are computed elsewhere")
    }
  }
}
