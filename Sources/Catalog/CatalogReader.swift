// CatalogReader.swift -- one snapshot of a catalog: what is in it.

package import Base
import SQLite
import TrajectoryModel

/// One snapshot of a catalog; valid inside the closure that received it.
package class CatalogReader {
  let connection: Connection
  private(set) var isEnded = false
  /// Where the views and tables are that this reader shows: in the catalog, or of the connection's own.
  var schema = "main"
  /// The last commit that changed, hid or showed anything; 0 where none did.
  package internal(set) var newestEdit: Int64 = 0
  /// The last commit that added a field; 0 where none did.
  var newestField: Int64 = 0

  /// The path of the catalog, for errors.
  package var path: String { connection.path }

  init(_ connection: Connection) { self.connection = connection }

  /// Makes later use a trap: the transaction is over.
  func end() { isEnded = true }

  /// A statement that is kept for the next time.
  func statement(_ sql: String) throws(EngramError) -> Statement {
    precondition(!isEnded, "a catalog is read inside the closure that received the reader")
    return try connection.cached(sql)
  }

  /// The error for something that this program would not have written.
  func corrupt(_ message: String, _ place: String, expected: String? = nil, found: String? = nil) -> EngramError {
    EngramError(
      .corrupt, message, file: connection.path, place: place, expected: expected, found: found,
      mend: "restore the catalog from a copy")
  }

  /// The identifier of the store: 32 hex digits, drawn when it was made.
  package func storeIdentifier() throws(EngramError) -> String {
    let row = try statement("SELECT identifier FROM store")
    defer { row.reset() }
    guard try row.step() else { throw corrupt("the store has no identifier", "table store") }
    return row.text(0)
  }

  /// The number of examples as of a commit; nil is the newest.
  ///
  /// - Throws: Code `notFound` when there is no such commit.
  package func exampleEnd(asOf id: Int64? = nil) throws(EngramError) -> Int64 {
    guard let id else { return try latestCommit()?.exampleEnd ?? 0 }
    return try commit(id).exampleEnd
  }
}
