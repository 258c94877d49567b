// Snapshot.swift -- a store as of one commit: what it holds, and what a filter selects.

public import Base
package import Catalog
public import TrajectoryModel

/// A store as of one commit; it never changes, whatever is written meanwhile.
public final class Snapshot: Sendable {
  /// The store.
  public let store: TrajectoryStore
  /// The number of the commit, 0 in a store that holds none yet.
  public let commit: Int64
  /// Every example: all ids below ``exampleEnd``, but those that are hidden at the commit or were removed.
  public let allExamples: ExampleSet
  /// The number of examples.
  public let exampleCount: Int64
  /// The id after that of the last example that was ever added.
  public let exampleEnd: Int64
  /// The entry of the commit log, or nil in a store that holds none yet.
  let entry: Commit?
  // Compaction moves examples to other segments without changing them, so the extents may be read again.
  private let extentsNow: ForkSafeMutex<[Extent]>
  /// The metric that was asked for last, by stretches of examples; a view that chooses by it is read block by block.
  let lastMetric = ForkSafeMutex<MetricStretches?>(nil)

  /// - Parameters:
  ///   - store: The store.
  ///   - wanted: The commit; nil for the newest.
  ///   - showsHidden: Whether examples that are hidden at it are there too; their metadata are not.
  /// - Throws: ``EngramError`` with code `notFound` when there is no such commit.
  init(of store: TrajectoryStore, asOf wanted: Int64?, showsHidden: Bool = false) throws(EngramError) {
    self.store = store
    let state = try store.read { (catalog) throws(EngramError) -> (Commit?, [Extent], ExampleSet) in
      if wanted == nil, !showsHidden {
        let latest = try catalog.latestState()
        return (latest?.commit, latest?.extents ?? [], latest?.absentExamples ?? ExampleSet())
      }
      let known = if let wanted { try catalog.commit(wanted) } else { try catalog.latestCommit() }
      guard let commit = known else { return (nil, [], ExampleSet()) }
      return (
        commit, try catalog.extents(asOf: commit.id),
        showsHidden ? try catalog.purgedExamples() : try catalog.absentExamples(asOf: commit.id)
      )
    }
    entry = state.0
    (commit, exampleEnd) = (entry?.id ?? 0, entry?.exampleEnd ?? 0)
    allExamples = ExampleSet(0..<exampleEnd).subtracting(state.2)
    exampleCount = Int64(allExamples.count)
    extentsNow = ForkSafeMutex(state.1)
  }

  /// Where the examples lie, ascending; a range for each segment or staged batch.
  package var extents: [Extent] { extentsNow.withLock { $0 } }

  /// Reads again where the examples lie, after a compaction has moved them.
  func refreshExtents() throws(EngramError) {
    let fresh = try store.read { (catalog) throws(EngramError) in try catalog.extents(asOf: commit) }
    try checkNone(of: allExamples.subtracting(ExampleSet(fresh.map(\.examples))))
    extentsNow.withLock { $0 = fresh }
  }

  /// Refuses examples that were removed for good since the snapshot was made.
  private func checkPresent(_ examples: ExampleSet, in catalog: CatalogReader) throws(EngramError) {
    try checkNone(of: examples.intersection(try catalog.purgedExamples()))
  }

  private func checkNone(of gone: ExampleSet) throws(EngramError) {
    guard let gone = gone.ranges.first else { return }
    throw EngramError(
      .notFound, "examples were removed for good while they were read", file: store.path,
      found: "examples \(gone.lowerBound) to \(gone.upperBound - 1)", mend: "open the store again")
  }

  /// The commit as an argument for the catalog, which has no commit 0.
  private var asOf: Int64? { commit == 0 ? nil : commit }

  /// Reads the catalog as of the commit.
  func read<R>(_ body: (CatalogReader) throws(EngramError) -> R) throws(EngramError) -> R {
    try store.read(asOf: asOf, body)
  }

  /// The examples that a filter selects.
  ///
  /// - Parameters:
  ///   - filter: An SQL expression over the columns of the `example` view, such as `task = 'cifar10'`; nil selects all.
  ///   - limits: How long it may run.
  /// - Returns: Their ids.
  /// - Throws: ``EngramError`` with code `usage` when SQLite refuses the expression, with SQLite's own message and the
  ///   columns there are; `limit` when its time is over.
  /// - Complexity: O(observations) when the filter reads fields of runs only, O(examples) otherwise.
  public func examples(where filter: String?, limits: QueryLimits = QueryLimits()) throws(EngramError) -> ExampleSet {
    guard let filter else { return allExamples }
    let selected = try read { (catalog) throws(EngramError) in
      try catalog.examples(where: filter, asOf: asOf, limits: limits)
    }
    // The filter is tried in any case, so that a wrong one is refused; what came after an empty store is not part of it.
    return exampleCount == 0 ? ExampleSet() : selected
  }

  /// The examples that a filter selects, grouped by columns of the `example` view and sorted by key.
  public func groups(
    by columns: [String], where filter: String? = nil, limits: QueryLimits = QueryLimits()
  ) throws(EngramError) -> [ExampleGroup] {
    let groups = try read { (catalog) throws(EngramError) in
      try catalog.groups(by: columns, where: filter, asOf: asOf, limits: limits)
    }
    return exampleCount == 0 ? [] : groups
  }

  /// The layers of runs that were measured more than once, each with all its examples.
  package func repeatedLayers(limits: QueryLimits = QueryLimits()) throws(EngramError) -> [ExampleSet] {
    if exampleCount == 0 { return [] }
    return try read { (catalog) throws(EngramError) in try catalog.repeatedLayers(asOf: asOf, limits: limits) }
  }

  /// The values of a column of the `example` view, as classes and small integers.
  ///
  /// - Parameters:
  ///   - column: The column, such as `learning_rule`.
  ///   - examples: The examples to label.
  /// - Returns: A class for each example, ascending by id.
  /// - Throws: ``EngramError`` with code `usage` when there is no such column, `notFound` when no such example, or when one was
  ///   removed for good since.
  public func labels(of column: String, for examples: ExampleSet) throws(EngramError) -> Labels {
    try checkMembers(examples)
    let groups = try groups(by: [column])
    let labels = Labels(groups: groups.map { (key: $0.key[0], examples: $0.examples) }, for: examples)
    guard labels.codes.count == examples.count else {
      try read { (catalog) throws(EngramError) in try checkPresent(examples, in: catalog) }
      throw EngramError(
        .corrupt, "examples lack their measurement", file: store.path, place: "table observation",
        expected: "\(examples.count) labels", found: "\(labels.codes.count)", mend: "restore the catalog from a copy")
    }
    return labels
  }

  /// The examples whose label says nothing: null, empty text, or `unknown` in any case.
  ///
  /// They are no class: nothing learns from them or is tested on them, and they can be identified.
  ///
  /// - Parameters:
  ///   - column: The label column, such as `learning_rule`.
  ///   - limits: How long the query may run, and who may stop it.
  /// - Returns: The examples.
  /// - Throws: ``EngramError`` with code `usage` when there is no such column.
  public func unlabelled(by column: String, limits: QueryLimits = QueryLimits()) throws(EngramError) -> ExampleSet {
    try groups(by: [column], limits: limits).filter { $0.key[0].isUnlabelled }
      .reduce(ExampleSet()) { $0.union($1.examples) }
  }

  /// Visits columns of the `example` view, example by example, ascending.
  ///
  /// - Throws: ``EngramError`` with code `usage` when there is no such column, `notFound` when no such example, or when one was
  ///   removed for good since; what `body` throws.
  public func metadata(
    of examples: ExampleSet, columns: [String],
    _ body: (_ example: Int64, _ values: [MetadataValue]) throws(EngramError) -> Void
  ) throws(EngramError) {
    try checkMembers(examples)
    try read { (catalog) throws(EngramError) in
      try checkPresent(examples, in: catalog)
      try catalog.metadata(of: examples, columns: columns, body)
    }
  }

  /// The columns of the `example` view, in its order: `example_id`, the fields of runs, those of layers, and ids.
  public func exampleColumns() throws(EngramError) -> [String] {
    try read { (catalog) throws(EngramError) in try catalog.exampleColumns() }
  }

  /// Refuses ids that the snapshot does not have.
  func checkMembers(_ examples: ExampleSet) throws(EngramError) {
    guard let first = examples.ranges.first, let last = examples.ranges.last else { return }
    guard first.lowerBound >= 0, last.upperBound <= exampleEnd else {
      throw EngramError(
        .notFound, "there is no such example", file: store.path, expected: "ids from 0 to \(exampleEnd - 1)",
        found: String(first.lowerBound < 0 ? first.lowerBound : last.upperBound - 1),
        mend: "take ids from a selection or a split of this store")
    }
    if exampleCount == exampleEnd { return }
    guard let absent = examples.subtracting(allExamples).ranges.first?.lowerBound else { return }
    throw EngramError(
      .notFound, "an example is hidden or was removed", file: store.path, place: "commit \(commit)",
      found: String(absent), mend: "read it as of a commit before it was hidden, or show it again")
  }
}
