// MergedCatalog.swift -- what a merge takes from another catalog.

package import TrajectoryModel

/// What a merge takes from another catalog: everything as of one commit of it.
package struct MergedCatalog {
  let catalog: CatalogReader
  let commit: Commit?
  let extents: [Extent]
  let staged: [Int64: [UInt8]]

  /// Puts together what is to be merged.
  ///
  /// - Parameters:
  ///   - catalog: A snapshot of the other catalog, not older than the commit.
  ///   - commit: The commit, or nil for a catalog that has none.
  ///   - extents: The extents as of that commit; their segment files lie in this store already.
  ///   - staged: The bytes of the staged batches among them, by their number.
  package init(_ catalog: CatalogReader, asOf commit: Commit?, extents: [Extent], staged: [Int64: [UInt8]]) {
    self.catalog = catalog
    self.commit = commit
    self.extents = extents
    self.staged = staged
  }

  /// The end of its examples.
  var exampleEnd: Int64 { commit?.exampleEnd ?? 0 }
}
