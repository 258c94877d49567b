// TrajectoryStore+ResultStore.swift -- stores that hold results of another store and nothing else.

package import Base
import Catalog

extension TrajectoryStore {
  /// The identifier of the store, which its copies share.
  package func identifier() throws(EngramError) -> String {
    try read { (catalog) throws(EngramError) in try catalog.storeIdentifier() }
  }

  /// Opens a store that holds results of this one and nothing else, or makes it.
  ///
  /// It has the identifier of this store, so its results are known to be of this one. Whoever computes on another machine keeps
  /// them there, and this store is only read.
  ///
  /// - Parameter path: Where it is, or where it is made.
  /// - Returns: The store of results.
  /// - Throws: ``EngramError`` with code `usage` when another store is there.
  package func resultStore(at path: String) throws(EngramError) -> TrajectoryStore {
    let own = try identifier()
    if !Self.exists(at: path) {
      do throws(EngramError) {
        return try Self.create(at: path, identifier: own)
      } catch {
        guard error.code == .exists, Self.exists(at: path) else { throw error }
      }
    }
    let other = try TrajectoryStore(opening: path)
    let found = try other.identifier()
    guard let mine = try folder.root.status(of: Catalog.fileName),
      let its = try other.folder.root.status(of: Catalog.fileName), found == own, !mine.isSameFile(as: its)
    else {
      throw EngramError(
        .usage, "results of this store cannot be kept there", file: path,
        expected: "no store, or one of results of store \(own)",
        found: found == own ? "the store itself" : "store \(found)", mend: "choose another path")
    }
    return other
  }
}
