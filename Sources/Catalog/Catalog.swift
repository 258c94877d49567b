// Catalog.swift -- the metadata of a store: one SQLite database, read in snapshots and written in commits.

package import TrajectoryModel

/// The metadata of a store: one SQLite database, read in snapshots and written in commits.
package final class Catalog {
  /// How a catalog is opened.
  package enum Access: Sendable { case read, readWrite }

  /// The path of the database.
  package let path: String

  /// Makes the catalog of an empty store; all or nothing.
  package static func create(at path: String) throws(EngramError) { throw .unfinished }

  /// Opens a catalog.
  package init(opening path: String, access: Access) throws(EngramError) {
    self.path = path
    throw .unfinished
  }

  /// Reads from one consistent snapshot.
  package func read<R>(_ body: (CatalogReader) throws(EngramError) -> R) throws(EngramError) -> R { throw .unfinished }

  /// Writes one commit, all or nothing.
  package func write<R>(
    operation: String, message: String, _ body: (CatalogWriter) throws(EngramError) -> R
  ) throws(EngramError) -> R { throw .unfinished }
}

extension EngramError {
  static let unfinished = EngramError(.unsupported, "not built yet")
}
