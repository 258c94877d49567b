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
      try receive(try source.labelled(split))
    }
  }

  /// What a user should know about how the examples of a snapshot were split: who was left out, and which group is none.
  ///
  /// - Parameters:
  ///   - snapshot: The data.
  ///   - limits: As in ``splits(of:limits:)``.
  /// - Returns: Sentences without a full stop.
  /// - Throws: As ``splits(of:limits:)``.
  public func remarks(of snapshot: Snapshot, limits: QueryLimits = QueryLimits()) throws(EngramError) -> [String] {
    let source = try SplitSource(self, snapshot, limits: limits)
    var remarks: [String] = []
    var (unlabelled, all) = (source.unlabelled, source.unlabelled.union(source.selected))
    if case .explicit(let plan) = kind {
      // What is not listed is on neither side by itself.
      all = plan.splits.reduce(ExampleSet()) { $0.union($1.train).union($1.test) }
      unlabelled = unlabelled.intersection(all)
    }
    if !unlabelled.isEmpty {
      remarks.append(
        "\(unlabelled.count) of \(all.count) selected examples have no \(label) "
          + "(NULL, empty or '\(MetadataValue.unknownLabel)') and are on neither side")
    }
    if case .kFold(let plan) = kind {
      let few = try source.classes().filter { $0.examples.count < plan.folds }
      if let first = few.first {
        remarks.append(
          few.count == 1
            ? "the class '\(first.label)' has \(first.examples.count == 1 ? "1 example" : "\(first.examples.count) examples"), "
              + "fewer than the \(plan.folds) folds, so some folds test none of it"
            : "\(few.count) classes, such as '\(first.label)', have fewer examples than the \(plan.folds) folds, so some folds test "
              + "none of them")
      }
    }
    guard let columns = kind.groupColumns else { return remarks }
    let groups = try source.groups(by: columns)
    let without = groups.filter { $0.key.contains(.null) }
    let count = without.reduce(0) { $0 + $1.examples.count }
    // A column that nobody filled in is no group that is missing.
    guard count > 0, without.count < groups.count else { return remarks }
    remarks.append(
      "\(count) of \(source.selected.count) examples have no \(columns.joined(separator: " or no ")); "
        + (without.count == 1
          ? "they are one group, as NULL equals NULL" : "they are \(without.count) groups, as NULL equals NULL"))
    return remarks
  }

  /// What is to be said where sides that were drawn leave selected examples on neither; nil where they leave none.
  ///
  /// Those that the filters of the sides leave out by themselves are not counted.
  ///
  /// - Parameters:
  ///   - splits: The splits that were made of it.
  ///   - snapshot: The data of which they were made.
  ///   - limits: As in ``splits(of:limits:)``.
  /// - Returns: A sentence without a full stop.
  /// - Throws: As ``splits(of:limits:)``.
  public func remark(
    onLeftOutOf splits: PackedSplits, of snapshot: Snapshot, limits: QueryLimits = QueryLimits()
  ) throws(EngramError) -> String? {
    switch kind {
    case .balanced, .random, .groupShuffle: break
    default: return nil
    }
    let source = try SplitSource(self, snapshot, limits: limits)
    let allowed = source.trainPool.union(source.testPool).count
    let left = splits.map { allowed - $0.train.count - $0.test.count }
    guard let least = left.min(), let most = left.max(), most > 0 else { return nil }
    let all =
      trainFilter == nil && testFilter == nil
      ? "\(allowed) selected examples" : "\(allowed) examples that the filters of the sides allow"
    return "\(least == most ? "\(most)" : "\(least) to \(most)") of \(all) are on neither side of a split"
  }
}

extension SplitSource {
  /// A split without examples whose label says nothing.
  fileprivate func labelled(_ split: Split) throws(EngramError) -> Split {
    if unlabelled.isEmpty { return split }
    let kept = Split(
      name: split.name, train: split.train.subtracting(unlabelled), test: split.test.subtracting(unlabelled))
    guard !kept.train.isEmpty, !kept.test.isEmpty else {
      throw EngramError(
        .invalidData, "split \(split.name) has nothing with a label to \(kept.test.isEmpty ? "test" : "train") on",
        place: "split \(split.name)", expected: "an example with a \(label) on each side",
        mend: "choose other examples, or another \(option: .label)")
    }
    return kept
  }
}
