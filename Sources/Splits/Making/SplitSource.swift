// SplitSource.swift -- what the kinds make splits of: the examples that a specification selects, by class and by group.

import Base
import TrajectoryModel
import TrajectoryStore

/// The examples that a specification selects on a snapshot.
struct SplitSource {
  let snapshot: Snapshot
  let specification: SplitSpecification
  let limits: QueryLimits
  /// The examples that the filter selects and that have a label; all that it selects where none has one.
  let selected: ExampleSet
  /// The examples that the filter selects and that are left out, since their label says nothing.
  let unlabelled: ExampleSet
  /// Those of them that may be trained on, and those that may be tested on.
  let trainPool: ExampleSet, testPool: ExampleSet

  /// Runs the filters.
  ///
  /// - Throws: ``EngramError`` with code `usage` for a filter or a label column that is wrong, `invalidData` when nothing
  ///   is selected.
  init(_ specification: SplitSpecification, _ snapshot: Snapshot, limits: QueryLimits) throws(EngramError) {
    self.snapshot = snapshot
    self.specification = specification
    self.limits = limits
    // A label column that is not there must not go unnoticed by kinds that look at no class.
    _ = try snapshot.groups(by: [specification.label], where: "0", limits: limits)
    let all = try snapshot.examples(where: specification.filter, limits: limits)
    let silent = try snapshot.unlabelled(by: specification.label, limits: limits).intersection(all)
    unlabelled = silent.count == all.count ? ExampleSet() : silent
    let selected = all.subtracting(unlabelled)
    self.selected = selected
    func pool(_ filter: String?, _ side: String) throws(EngramError) -> ExampleSet {
      guard let filter else { return selected }
      let pool = selected.intersection(try snapshot.examples(where: filter, limits: limits))
      guard !pool.isEmpty else { throw Self.nothing("the filters leave nothing to \(side) on", filter) }
      return pool
    }
    guard !selected.isEmpty else {
      throw Self.nothing("the selection holds no examples", specification.filter ?? "no filter, and an empty store")
    }
    trainPool = try pool(specification.trainFilter, "train")
    testPool = try pool(specification.testFilter, "test")
  }

  private static func nothing(_ message: String, _ found: String) -> EngramError {
    EngramError(
      .invalidData, message, expected: "at least one example", found: found,
      mend: "loosen the filter; \(run: .info) shows what there is")
  }

  /// The label column.
  var label: String { specification.label }

  /// The selected examples of each class, classes ascending; examples without a class are left out.
  func classes() throws(EngramError) -> [ExampleClass] {
    let classes = try snapshot.groups(by: [label], limits: limits).filter { !$0.key[0].isUnlabelled }
      .map { ExampleClass(label: $0.key[0], examples: $0.examples.intersection(selected)) }.filter {
        !$0.examples.isEmpty
      }
    guard !classes.isEmpty else {
      throw EngramError(
        .invalidData, "no selected example has a \(label)", place: "key \"label\"",
        mend: "loosen the filter, or name another label column")
    }
    return classes
  }

  /// The selected examples grouped by columns, sorted by key.
  func groups(by columns: [String]) throws(EngramError) -> [ExampleGroup] {
    let groups = try snapshot.groups(by: columns, where: specification.filter, limits: limits)
    if unlabelled.isEmpty { return groups }
    return groups.map { ExampleGroup(key: $0.key, examples: $0.examples.subtracting(unlabelled)) }.filter {
      !$0.examples.isEmpty
    }
  }

  /// A split of which one side is what is tested on and the other everything else, both within their pools.
  ///
  /// - Parameters:
  ///   - name: The name of the split.
  ///   - test: What is tested on.
  ///   - all: What may be on either side; all that is selected where nothing is said.
  /// - Returns: The split.
  /// - Throws: ``EngramError`` with code `invalidData` when a side is empty.
  func split(_ name: String, testing test: ExampleSet, among all: ExampleSet? = nil) throws(EngramError) -> Split {
    let train = trainPool.subtracting(test)
    let split = Split(
      name: name, train: all.map { train.intersection($0) } ?? train, test: test.intersection(testPool))
    guard !split.train.isEmpty, !split.test.isEmpty else {
      let side = split.test.isEmpty ? "test" : "train"
      throw EngramError(
        .invalidData, "split \(name) has nothing to \(side) on", place: "split \(name)",
        expected: "at least one example on each side", mend: "loosen the filters, or ask for fewer splits")
    }
    return split
  }
}

/// The examples of one class.
struct ExampleClass {
  let label: MetadataValue
  let examples: ExampleSet
}
