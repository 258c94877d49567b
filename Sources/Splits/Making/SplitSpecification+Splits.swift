// SplitSpecification+Splits.swift -- from a specification and a snapshot to splits.

public import Base
public import TrajectoryModel
public import TrajectoryStore

extension SplitSpecification {
  /// The splits that this specification gives on a snapshot.
  ///
  /// - Parameters:
  ///   - snapshot: The data.
  ///   - limits: How long the SQL of a filter may run, and who may stop the work.
  /// - Returns: The splits, in order.
  /// - Throws: ``EngramError`` with code `usage` for a bad specification or filter, `invalidData` when a class or a
  ///   group has too few examples, `limit` when the time is over.
  public func splits(of snapshot: Snapshot, limits: QueryLimits = QueryLimits()) throws(EngramError) -> [Split] {
    var splits: [Split] = []
    try makeSplits(of: snapshot, limits: limits) { (split) throws(EngramError) in splits.append(split) }
    return splits
  }

  /// Makes the splits one by one, so that no more than one of them needs to be in memory.
  ///
  /// - Parameters:
  ///   - snapshot: The data.
  ///   - limits: As in ``splits(of:limits:)``.
  ///   - receive: Gets each split, in order.
  /// - Throws: As ``splits(of:limits:)``, and what `receive` throws.
  public func makeSplits(
    of snapshot: Snapshot, limits: QueryLimits = QueryLimits(), _ receive: (Split) throws(EngramError) -> Void
  ) throws(EngramError) {
    try check()
    let source = try SplitSource(self, snapshot, limits: limits)
    try kind.plan.makeSplits(source) { (split) throws(EngramError) in
      try limits.work.checkCancelled("stopped while making splits")
      try receive(split)
    }
  }
}
