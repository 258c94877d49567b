// Catalog.swift -- the metadata of a store: one SQLite database, read in snapshots and written in commits.

package import Base
import CSQLite
import SQLite

/// The metadata of a store: one SQLite database, read in snapshots and written in commits.
///
/// Any number of catalogs, in this process and in others, may read while one writes; readers see the last commit.
/// A catalog belongs to one thread at a time.
///
/// ```swift
/// try Catalog.create(at: path)
/// let catalog = try Catalog(opening: path, access: .readWrite)
/// try catalog.write(operation: "append", message: "one run") { writer in
///   let run = try writer.addRun([.text("cifar10"), .text("knet"), .text("adam"), .integer(256), .null, .null])
///   let layers = try writer.layerSet(for: [Layer(name: "conv1", position: .early)])
///   let examples = try writer.addObservation(run: run, layerSet: layers)
///   …  // and an extent that holds the values of these examples
/// }
/// let deep = try catalog.read { try $0.examples(where: "layer_position = 'deep'") }
/// ```
///
/// What it does not do: it neither reads nor writes values (except staged batches, as bytes), and it does not keep two
/// writers from starting; they wait for each other for some seconds, then the second gets code `busy`.
package final class Catalog {
  /// How a catalog is opened.
  package enum Access: Sendable { case read, readWrite }

  /// The version of the format that this program writes, and the newest that it reads.
  static let formatVersion: Int64 = 1
  /// Marks an SQLite database as an Engram catalog: the bytes "ENGm".
  static let applicationID: Int64 = 0x454E_476D

  /// The path of the database.
  package let path: String
  /// The connection that writes; nil when opened for reading.
  private let writing: Connection?
  /// The connection that reads, opened at the first read when there is one for writing too.
  private var reading: Connection?
  private var isBusy = false

  /// Opens a catalog.
  ///
  /// - Throws: Code `notFound` when there is no such file, `truncated` when it is empty, `corrupt` when it is not an
  ///   SQLite database or damaged, `unsupported` when it is another program's database or of a newer version.
  package init(opening path: String, access: Access) throws(EngramError) {
    self.path = path
    switch access {
    case .read:
      writing = nil
      reading = try Self.openForReading(path)
    case .readWrite:
      writing = try Self.openForWriting(path)
    }
  }

  /// Reads from one consistent snapshot: commits made meanwhile are not seen.
  ///
  /// - Precondition: Not called inside another `read` or `write` of this catalog.
  package func read<R>(_ body: (CatalogReader) throws(EngramError) -> R) throws(EngramError) -> R {
    precondition(!isBusy, "a catalog reads or writes one thing at a time")
    isBusy = true
    defer { isBusy = false }
    let connection: Connection
    if let reading {
      connection = reading
    } else {
      connection = try Self.openForReading(path)
      reading = connection
    }
    try connection.cached("BEGIN").run()
    let reader = CatalogReader(connection)
    defer {
      reader.end()
      // Ending a reading transaction has nothing to lose; if it fails, so will the next BEGIN, which says so.
      try? connection.cached("ROLLBACK").run()
    }
    // The snapshot is that of the first read, not of BEGIN.
    _ = try connection.integer("SELECT max(commit_id) FROM commit_log")
    return try body(reader)
  }

  /// Writes one commit: everything the body did and one entry of the commit log, or nothing.
  ///
  /// The commit is on disk when this returns.
  ///
  /// - Parameters:
  ///   - operation: One word for the commit log, such as `ingest`.
  ///   - message: A sentence for the commit log.
  ///   - body: What to do. If it throws, the catalog is as before.
  /// - Returns: What the body returns.
  /// - Throws: What the body throws; `busy` when another process is writing; `invalidData` when observations and
  ///   extents do not end at the same example; `diskFull`, `io`; `usage` when the catalog was opened for reading.
  package func write<R>(
    operation: String, message: String, _ body: (CatalogWriter) throws(EngramError) -> R
  ) throws(EngramError) -> R {
    precondition(!isBusy, "a catalog reads or writes one thing at a time")
    guard let connection = writing else {
      throw EngramError(.usage, "the catalog is open for reading only", file: path)
    }
    isBusy = true
    defer { isBusy = false }
    try connection.cached("BEGIN IMMEDIATE").run()
    do throws(EngramError) {
      let writer = try CatalogWriter(connection, operation: operation, message: message)
      defer { writer.end() }
      let result = try body(writer)
      try writer.finish()
      try connection.cached("COMMIT").run()
      return result
    } catch {
      // Some errors (a full disk) have rolled back already; then there is nothing to undo, and this fails.
      try? connection.cached("ROLLBACK").run()
      throw error
    }
  }

  /// Moves what was committed from the write-ahead log into the database file, as far as readers let it.
  ///
  /// Nothing depends on it: it keeps the log short, and the database file whole for who copies it alone.
  package func checkpoint() {
    guard !isBusy, let connection = writing else { return }
    // Waits for nobody: where a reader still needs the log, the next writer empties it.
    connection.setLockWait(0)
    _ = try? connection.integer("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.setLockWait(Connection.lockWait)
  }
}
