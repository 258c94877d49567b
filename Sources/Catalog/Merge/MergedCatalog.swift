// MergedCatalog.swift -- what a merge takes from another catalog.

package import TrajectoryModel

/// What a merge takes from another catalog: everything as of one commit of it.
package struct MergedCatalog {
  let catalog: CatalogReader
  /// The path of its store.
  let path: String
  let commit: Commit?

  /// Names what is to be merged.
  ///
  /// - Parameters:
  ///   - catalog: A snapshot of the other catalog, not older than the commit.
  ///   - path: The path of its store.
  ///   - commit: The commit, or nil for a catalog that has none.
  package init(_ catalog: CatalogReader, ofStore path: String, asOf commit: Commit?) {
    self.catalog = catalog
    self.path = path
    self.commit = commit
  }

  /// The end of its examples.
  var exampleEnd: Int64 { commit?.exampleEnd ?? 0 }
}

/// An extent of another catalog, or a part of one, as it is added to this one.
package struct MergedExtent {
  /// The extent, of which the first example is not looked at; a segment file lies in this store already.
  package let extent: Extent
  /// The bytes of a staged batch; nil for a segment.
  package let staged: [UInt8]?

  /// Puts an extent and its bytes together.
  package init(_ extent: Extent, staged: [UInt8]? = nil) {
    self.extent = extent
    self.staged = staged
  }
}
