// CatalogReader.swift -- signatures; the insides follow.

package import TrajectoryModel

/// One snapshot of a catalog; valid inside the closure that received it.
package class CatalogReader {
  init() {}

  /// 32 hex digits, drawn when the store was made.
  package func storeIdentifier() throws(EngramError) -> String { throw .unfinished }
  /// The commit log, oldest first.
  package func commits() throws(EngramError) -> [Commit] { throw .unfinished }
  /// The newest commit, or nil in a store that was just made.
  package func latestCommit() throws(EngramError) -> Commit? { throw .unfinished }
  /// The commit of a number; code notFound.
  package func commit(_ id: Int64) throws(EngramError) -> Commit { throw .unfinished }
  /// The number of examples as of a commit, or now.
  package func exampleEnd(asOf commit: Int64? = nil) throws(EngramError) -> Int64 { throw .unfinished }
  /// The fields of `run`: standard, then the user's in order of adding.
  package func fields() throws(EngramError) -> [MetadataField] { throw .unfinished }
  /// How much there is.
  package func counts() throws(EngramError) -> CatalogCounts { throw .unfinished }
  /// The extents that hold examples of a commit, ascending.
  package func extents(asOf commit: Int64? = nil) throws(EngramError) -> [Extent] { throw .unfinished }
  /// The canonical bytes of a staged batch.
  package func stagedValues(_ id: Int64) throws(EngramError) -> [UInt8] { throw .unfinished }

  /// The examples that a filter selects; nil selects all.
  package func examples(
    where filter: String?, asOf commit: Int64? = nil, limits: QueryLimits = QueryLimits()
  ) throws(EngramError) -> ExampleSet { throw .unfinished }
  /// The examples that a filter selects, grouped by columns of the example view, sorted by key.
  package func groups(
    by columns: [String], where filter: String?, asOf commit: Int64? = nil, limits: QueryLimits = QueryLimits()
  ) throws(EngramError) -> [ExampleGroup] { throw .unfinished }
  /// Columns of the example view, one call per example, ascending.
  package func metadata(
    of examples: ExampleSet, columns: [String],
    _ body: (_ example: Int64, _ values: [MetadataValue]) throws(EngramError) -> Void
  ) throws(EngramError) { throw .unfinished }
  /// Every column of the example view, in its order.
  package func exampleColumns() throws(EngramError) -> [String] { throw .unfinished }
  /// A free SELECT, sandboxed.
  package func query(
    _ sql: String, limits: QueryLimits = QueryLimits(),
    header: (_ columns: [String]) throws(EngramError) -> Void,
    row: (_ values: [MetadataValue]) throws(EngramError) -> Void
  ) throws(EngramError) { throw .unfinished }

  /// Every split set, by name.
  package func splitSets() throws(EngramError) -> [SplitSetRecord] { throw .unfinished }
  /// The split set of a name; code notFound.
  package func splitSet(_ name: String) throws(EngramError) -> SplitSetRecord { throw .unfinished }
  /// One split of a set; code notFound.
  package func split(_ name: String, _ index: Int) throws(EngramError) -> SplitRecord { throw .unfinished }
  /// The first ingest of a content hash, or nil.
  package func ingested(_ contentHash: String) throws(EngramError) -> IngestRecord? { throw .unfinished }
  /// What is wrong with the catalog; empty when nothing is. Each error names table and row.
  package func check() throws(EngramError) -> [EngramError] { throw .unfinished }
}
