// TrajectoryStore+Audit.swift -- auditing the splits of a stored set.

public import Base
import TrajectoryModel
public import TrajectoryStore

extension TrajectoryStore {
  /// Says of splits of a stored set what their sides have in common, and what they lack.
  ///
  /// - Parameters:
  ///   - name: The split set.
  ///   - key: The name or the number of one split; nil audits all.
  ///   - comparesValues: Whether every trajectory is read, to find equal ones.
  ///   - work: How the work is done.
  /// - Returns: An audit for each split, in order.
  /// - Throws: ``EngramError`` with code `notFound` for the set or the split, and as materialising.
  public func auditSplits(
    _ name: String, split key: String? = nil, comparesValues: Bool = true, work: WorkContext = WorkContext()
  ) throws(EngramError) -> [SplitAudit] {
    let set = try splitSet(name)
    let auditor = try SplitAuditor(
      set.specification, of: try snapshot(asOf: set.commit), work: work)
    var audits: [SplitAudit] = []
    if let key {
      let split = try set.split(key)
      let duplicates = try comparesValues ? auditor.duplicates(among: split.train.union(split.test)) : nil
      return [auditor.audit(split, duplicates)]
    }
    var all = ExampleSet()
    for split in set.splits { all = all.union(split.train).union(split.test) }
    let duplicates = try comparesValues ? auditor.duplicates(among: all) : nil
    for split in set.splits { audits.append(auditor.audit(split, duplicates)) }
    return audits
  }

  /// Says of the first split of a stored set what its sides have in common, and what they lack; no trajectory is read.
  ///
  /// - Throws: As ``auditSplits(_:split:comparesValues:work:)``.
  package func auditFirstSplit(
    _ name: String, work: WorkContext = WorkContext()
  ) throws(EngramError) -> SplitAudit? {
    let set = try splitSet(name)
    let auditor = try SplitAuditor(set.specification, of: try snapshot(asOf: set.commit), work: work)
    return set.splits.first.map { auditor.audit($0, nil) }
  }
}

/// What is looked at, worked out once for all splits of a set.
struct SplitAuditor {
  private let snapshot: Snapshot
  private let limits: QueryLimits
  private let label: String
  private let classes: [ExampleGroup]
  private let classOwners: Ownership
  private let groupings: [Grouping]
  /// For each layer of each run, the measurements of it, where there are several.
  private let repeated: Ownership

  private struct Grouping {
    let name: String
    let columns: [String]
    let groups: [ExampleGroup]
    let owners: Ownership
  }

  init(_ specification: SplitSpecification, of snapshot: Snapshot, work: WorkContext) throws(EngramError) {
    self.snapshot = snapshot
    limits = QueryLimits(work: work)
    label = specification.label
    classes = try snapshot.groups(by: [label], limits: limits)
    classOwners = Ownership(classes.map(\.examples))
    var wanted: [(name: String, columns: [String])] = [("run", [GroupTable.run])]
    if let by = specification.kind.groupColumns { wanted.append((by.joined(separator: ","), by)) }
    wanted.append(("curriculum", ["batch_size", "dataset_seed"]))
    let label = label.lowercased()
    wanted += try snapshot.fields().map(\.name).filter { $0.lowercased() != label }.map { ($0, [$0]) }
    var seen: Set<[String]> = []
    wanted = wanted.filter { seen.insert($0.columns).inserted }
    var groupings: [Grouping] = []
    for (name, columns) in wanted {
      let groups = try snapshot.groups(by: columns, limits: limits)
      // A field that nobody filled in ties nothing together.
      if groups.allSatisfy({ $0.key.allSatisfy { $0 == .null } }) { continue }
      groupings.append(
        Grouping(name: name, columns: columns, groups: groups, owners: Ownership(groups.map(\.examples))))
    }
    self.groupings = groupings
    repeated = Ownership(try snapshot.repeatedLayers(limits: limits))
  }

  func duplicates(among examples: ExampleSet) throws(EngramError) -> DuplicateTrajectories {
    try DuplicateTrajectories(among: examples, in: snapshot, work: limits.work)
  }

  /// - Complexity: O(ranges of the split and of all groups).
  func audit(_ split: Split, _ duplicates: DuplicateTrajectories?) -> SplitAudit {
    let (train, test) = (classOwners.counts(in: split.train), classOwners.counts(in: split.test))
    let counts = classes.indices.filter { train[$0] + test[$0] > 0 }
      .map { SplitAudit.ClassCount(label: classes[$0].key[0], train: train[$0], test: test[$0]) }
    let again = zip(repeated.counts(in: split.train), repeated.counts(in: split.test))
      .reduce(0) { sum, counts in counts.0 > 0 ? sum + counts.1 : sum }
    return SplitAudit(
      split: split.name, trainCount: split.train.count, testCount: split.test.count, label: label, classes: counts,
      overlaps: ranked(groupings.map { overlap($0, split, classCount: counts.count) }), repeatedMeasurements: again,
      duplicates: duplicates?.count(train: split.train, test: split.test))
  }

  /// The run first; of the others, those first that touch the most test examples.
  private func ranked(_ overlaps: [SplitAudit.Overlap]) -> [SplitAudit.Overlap] {
    let others = overlaps.dropFirst().enumerated().sorted { one, other in
      (other.element.testExamples, one.offset) < (one.element.testExamples, other.offset)
    }
    return overlaps.prefix(1) + others.map(\.element)
  }

  /// Names of fields whose values are individuals.
  private static let individuals = [
    "subject", "participant", "patient", "animal", "mouse", "rat", "monkey", "individual", "person", "donor", "session",
    "recording", "network", "cell", "slice", "specimen", "replicate",
  ]
  /// What may follow such a name, as in `subject_id`.
  private static let numbered: Set<Substring> = [
    "id", "name", "number", "index", "uuid", "code", "no", "nr", "tag", "key",
  ]

  /// Whether a field is called as individuals are; one called `cell_type` or `network_depth` tells kinds of them apart.
  private static func isOfIndividuals(_ field: String) -> Bool {
    var words = field.lowercased().split { !$0.isLetter }
    if let last = words.last, numbered.contains(last) { words.removeLast() }
    return !words.isEmpty && words.allSatisfy { word in individuals.contains { word == $0 || word == $0 + "s" } }
  }

  /// Whether the values of a grouping name individuals: the field is called so; or there are more values than classes, and
  /// nearly every value that both sides have is of one class, so that to recognise it is to know its class.
  private func namesIndividuals(_ grouping: Grouping, _ split: Split, shared: [Int], classCount: Int) -> Bool {
    if grouping.columns.count == 1, !MetadataField.standard.contains(where: { $0.name == grouping.columns[0] }),
      Self.isOfIndividuals(grouping.columns[0])
    {
      return true
    }
    guard shared.count > max(1, classCount), grouping.columns != [GroupTable.run] else { return false }
    let classes = grouping.owners.soleOwners(in: classOwners, among: split.train.union(split.test))
    let pure = shared.count { classes[$0] != nil }
    return pure * 10 >= shared.count * 9
  }

  private func overlap(_ grouping: Grouping, _ split: Split, classCount: Int) -> SplitAudit.Overlap {
    /// Values shown by name; more are only counted.
    let shown = 8
    let (train, test) = (grouping.owners.counts(in: split.train), grouping.owners.counts(in: split.test))
    var (trainValues, testValues, shared, testExamples) = (0, 0, 0, 0)
    var (onlyTrain, onlyTest): ([String], [String]) = ([], [])
    var both: [Int] = []
    for (index, group) in grouping.groups.enumerated() where train[index] + test[index] > 0 {
      if train[index] > 0 { trainValues += 1 }
      if test[index] > 0 { testValues += 1 }
      if train[index] > 0 && test[index] > 0 {
        shared += 1
        both.append(index)
        testExamples += test[index]
      } else if train[index] > 0 {
        if onlyTrain.count < shown { onlyTrain.append(Self.text(group.key)) }
      } else if onlyTest.count < shown {
        onlyTest.append(Self.text(group.key))
      }
    }
    return SplitAudit.Overlap(
      name: grouping.name, columns: grouping.columns, trainValues: trainValues, testValues: testValues,
      sharedValues: shared, testExamples: testExamples, onlyTrain: onlyTrain, onlyTest: onlyTest,
      namesIndividuals: namesIndividuals(grouping, split, shared: both, classCount: classCount))
  }

  private static func text(_ key: [MetadataValue]) -> String { key.map(\.description).joined(separator: "/") }
}

extension SplitSpecification.Kind {
  /// The columns that name a group, for the kinds that have groups.
  var groupColumns: [String]? {
    switch self {
    case .holdout(let plan): plan.by
    case .groupKFold(let plan): plan.by
    case .stratifiedGroupKFold(let plan): plan.by
    case .groupShuffle(let plan): plan.by
    case .leaveOneGroupOut(let plan): plan.by
    case .balanced, .kFold, .pairs, .matched, .random, .byCommit, .explicit: nil
    }
  }

  /// The columns of the groups that a kind keeps whole on one side, for the kinds that are there for it.
  ///
  /// A hold-out keeps its groups whole as well, but only to test on one of them.
  package var keptGroups: [String]? {
    if case .holdout = self { nil } else { groupColumns }
  }
}
