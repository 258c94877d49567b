// Catalog.swift -- the metadata of a store: one SQLite database, read in snapshots and written in commits.

package import Base
import SQLite

/// The metadata of a store: one SQLite database, read in snapshots and written in commits.
///
/// Any number of threads and of processes may read while one writes; readers see the last commit.
///
/// ```swift
/// let folder = try DirectoryHandle(opening: path)
/// try Catalog.create(in: folder)
/// let catalog = try Catalog(in: folder, access: .readWrite)
/// try catalog.write(operation: "append", message: "one run") { writer in
///   let run = try writer.addRun([.text("cifar10"), .text("knet"), .text("adam"), .integer(256), .null, .null])
///   let layers = try writer.layerSet(for: [Layer(name: "conv1", position: .early)])
///   let examples = try writer.addObservation(run: run, layerSet: layers)
///   …  // and an extent that holds the values of these examples
/// }
/// let deep = try catalog.read { try $0.examples(where: "layer_position = 'deep'") }
/// ```
///
/// It may be used in a child of `fork` that its process makes, which opens its own connections; a commit that was begun
/// before stays the parent's.
///
/// What it does not do: it neither reads nor writes values (except staged batches, as bytes), and it does not keep two
/// writers from starting; they wait for each other for some seconds, then the second gets code `busy`.
package final class Catalog: Sendable {
  /// How a catalog is opened.
  package enum Access: Sendable { case read, readWrite }

  /// The version of the format that this program writes, and the newest that it reads.
  package static let formatVersion: Int64 = 2
  /// Marks an SQLite database as an Engram catalog: the bytes "ENGm".
  static let applicationID: Int64 = 0x454E_476D

  /// The path of the database, for messages.
  package let path: String
  private let access: Access
  /// Whether what a connection reads is what is there.
  private let isCurrent: @Sendable (Connection) -> Bool
  /// The connections that read, and those that read a store with edits as of a commit.
  private let readers, pastReaders: ConnectionPool
  /// The connection that writes; nil while a commit is made, and when opened for reading.
  private let writer: ForkSafeMutex<Writer?>

  private struct Writer: @unchecked Sendable {
    // SAFETY of @unchecked: the connection is either here, under the lock, or with the one caller that took it out.
    let connection: Connection
  }

  /// Opens a catalog.
  ///
  /// - Throws: Code `notFound` when there is no such file, `truncated` when it is empty, `corrupt` when it is not an
  ///   SQLite database, damaged, or no file of its own, `unsupported` when it is another program's database or of a newer
  ///   version.
  package init(_ name: String = fileName, in directory: DirectoryHandle, access: Access) throws(EngramError) {
    path = directory.path(of: name)
    self.access = access
    let isCurrent: @Sendable (Connection) -> Bool = { Self.isCurrent($0, name, in: directory) }
    self.isCurrent = isCurrent
    let open: @Sendable () throws(EngramError) -> Connection = { () throws(EngramError) in
      try Self.openForReading(name, in: directory)
    }
    readers = ConnectionPool(opening: open, reusingIf: isCurrent)
    pastReaders = ConnectionPool(opening: open, reusingIf: isCurrent)
    switch access {
    case .read:
      writer = ForkSafeMutex(nil)
      try readers.prepare()
    case .readWrite:
      writer = ForkSafeMutex(Writer(connection: try Self.openForWriting(name, in: directory)))
    }
  }

  /// Reads from one consistent snapshot: commits made meanwhile are not seen.
  ///
  /// A body may read again, and sees the last commit then, which may be a later one. It sees what the tables hold: the
  /// newest metadata, and what is hidden too.
  package func read<R>(_ body: (CatalogReader) throws(EngramError) -> R) throws(EngramError) -> R {
    try read(with: readers, body)
  }

  /// Reads with a connection of a pool.
  ///
  /// - Throws: What the body throws, and code `busy` when what was read without locks has been written meanwhile.
  private func read<R>(
    with pool: ConnectionPool, _ body: (CatalogReader) throws(EngramError) -> R
  ) throws(EngramError) -> R {
    try pool.withConnection { (connection) throws(EngramError) in
      let result: R
      do throws(EngramError) {
        result = try Self.read(connection, body)
      } catch {
        throw isCurrent(connection) ? error : changed
      }
      guard isCurrent(connection) else { throw changed }
      return result
    }
  }

  private var changed: EngramError {
    EngramError(
      .busy, "the store was written while it was read without locks, as one that nobody can write", file: path,
      mend: "read it again")
  }

  /// Reads the store as of a commit: with the metadata of that commit, and without what is hidden at it.
  ///
  /// - Parameters:
  ///   - commit: The commit; nil for the newest.
  ///   - bounds: Whether rows of later commits must not be seen by free queries either.
  ///   - body: Reads.
  /// - Returns: What the body returns.
  /// - Throws: Code `notFound` for the commit, and what the body throws.
  /// - Complexity: O(1) beyond the body in a store without edits and without fields of later commits; see
  ///   ``CatalogReader/look(asOf:bounds:)``.
  package func read<R>(
    asOf commit: Int64?, bounds: Bool = false, _ body: (CatalogReader) throws(EngramError) -> R
  ) throws(EngramError) -> R {
    let plain = try read(with: readers) { (reader) throws(EngramError) -> R? in
      if bounds || reader.newestEdit > 0 || reader.newestField > commit ?? .max { return nil }
      return try body(reader)
    }
    if let plain { return plain }
    // Connections of their own, for theirs are tables that hide those of the catalog.
    return try read(with: pastReaders) { (reader) throws(EngramError) in
      try reader.look(asOf: commit, bounds: bounds)
      return try body(reader)
    }
  }

  /// Reads the store as of a commit with a connection of its own, on which the body may leave what it likes.
  ///
  /// - Throws: As ``read(asOf:bounds:_:)``.
  package func readApart<R>(
    asOf commit: Int64?, bounds: Bool, _ body: (CatalogReader) throws(EngramError) -> R
  ) throws(EngramError) -> R {
    try readers.withConnectionApart { (connection) throws(EngramError) in
      try Self.read(connection) { (reader) throws(EngramError) in
        try reader.look(asOf: commit, bounds: bounds)
        return try body(reader)
      }
    }
  }

  private static func read<R>(
    _ connection: Connection, _ body: (CatalogReader) throws(EngramError) -> R
  ) throws(EngramError) -> R {
    try connection.cached("BEGIN").run()
    let reader = CatalogReader(connection)
    defer {
      reader.end()
      // Ending a reading transaction has nothing to lose; if it fails, the connection is not used again. COMMIT, for
      // what a connection made for an older commit stays with it.
      try? connection.cached("COMMIT").run()
    }
    // The snapshot is that of the first read, not of BEGIN.
    let newest = try connection.cached(
      """
      SELECT last_edit, (SELECT max(commit_id) FROM main.field) FROM main.commit_log ORDER BY commit_id DESC LIMIT 1
      """)
    if try newest.step() { (reader.newestEdit, reader.newestField) = (newest.integer(0), newest.integer(1)) }
    newest.reset()
    return try body(reader)
  }

  /// Writes one commit: everything the body did and one entry of the commit log, or nothing.
  ///
  /// The commit is on disk when this returns.
  ///
  /// - Parameters:
  ///   - operation: One word for the commit log, such as `ingest`.
  ///   - message: A sentence for the commit log.
  ///   - author: Who does it; nil for the user of this process.
  ///   - reason: Why, for the commit log.
  ///   - isNothing: Whether what the body returned says that nothing was to be done; then there is no commit.
  ///   - body: What to do. If it throws, the catalog is as before.
  /// - Returns: What the body returns.
  /// - Precondition: Not called inside another `write` of this catalog, nor beside one.
  /// - Throws: What the body throws; `busy` when another process is writing; `invalidData` when observations and
  ///   extents do not end at the same example; `diskFull`, `io`; `usage` when the catalog was opened for reading.
  package func write<R>(
    operation: String, message: String, author: String? = nil, reason: String? = nil,
    unless isNothing: (R) -> Bool = { _ in false }, _ body: (CatalogWriter) throws(EngramError) -> R
  ) throws(EngramError) -> R {
    try exclusively { (connection) throws(EngramError) in
      let entry = CommitEntry(operation: operation, message: message, author: author, reason: reason)
      let writer = try CatalogWriter(connection, entry)
      defer { writer.end() }
      let result = try body(writer)
      if isNothing(result) {
        try connection.cached("ROLLBACK").run()
        return result
      }
      try writer.finish()
      try connection.cached("COMMIT").run()
      return result
    }
  }

  /// Reads while nobody can commit, for what must not change between the reading and what is done upon it.
  ///
  /// - Precondition: As for ``write(operation:message:_:)``.
  /// - Throws: What the body throws; `busy` when another process is writing; `usage` when opened for reading.
  package func readExclusively<R>(_ body: (CatalogReader) throws(EngramError) -> R) throws(EngramError) -> R {
    try exclusively { (connection) throws(EngramError) in
      let reader = CatalogReader(connection)
      defer { reader.end() }
      let result = try body(reader)
      try connection.cached("ROLLBACK").run()
      return result
    }
  }

  /// Takes the turn of the one who commits; the body ends the transaction.
  private func exclusively<R>(_ body: (Connection) throws(EngramError) -> R) throws(EngramError) -> R {
    guard access == .readWrite else {
      throw EngramError(.usage, "the catalog is open for reading only", file: path)
    }
    guard let taken = writer.withLock({ $0.take() }) else {
      preconditionFailure("a catalog makes one commit at a time")
    }
    defer { writer.withLock { $0 = taken } }
    let connection = taken.connection
    try connection.cached("BEGIN IMMEDIATE").run()
    do throws(EngramError) {
      return try body(connection)
    } catch {
      // Some errors (a full disk) have rolled back already; then there is nothing to undo, and this fails.
      try? connection.cached("ROLLBACK").run()
      throw error
    }
  }

  /// Rewrites the database without what was deleted, and empties its log.
  ///
  /// - Throws: Code `busy` while others read the catalog, `diskFull`, `io`; run again, it goes on.
  package func erase() throws(EngramError) {
    guard let taken = writer.withLock({ $0.take() }) else {
      preconditionFailure("a catalog makes one change at a time")
    }
    defer { writer.withLock { $0 = taken } }
    try taken.connection.vacuum()
    let answer = try taken.connection.prepare("PRAGMA wal_checkpoint(TRUNCATE)")
    guard try answer.step(), answer.integer(0) == 0 else {
      throw EngramError(
        .busy, "another process reads the store, so that its log cannot be emptied yet", file: path,
        mend: "end the programs that read it, then run the command again, which finishes it")
    }
  }

  /// Writes the database anew where much of it is free, as after many staged batches have become segments, or where another
  /// SQLite left pages without a checksum.
  ///
  /// Nothing depends on it; where it cannot be done, the pages serve the next commits.
  package func shrink() {
    guard let taken = writer.withLock({ $0.take() }) else { return }
    defer { writer.withLock { $0 = taken } }
    let connection = taken.connection
    guard let free = try? connection.integer("PRAGMA freelist_count"),
      let all = try? connection.integer("PRAGMA page_count"),
      free > all / 4 || (try? connection.checkPages(most: 1).unsealed) ?? 0 > 0
    else { return }
    try? connection.vacuum()
  }

  /// Moves what was committed from the write-ahead log into the database file, as far as readers let it.
  ///
  /// Nothing depends on it: it keeps the log short, and the database file whole for who copies it alone.
  package func checkpoint() {
    guard let taken = writer.withLock({ $0.take() }) else { return }
    defer { writer.withLock { $0 = taken } }
    let connection = taken.connection
    guard connection.isOfThisProcess else { return }
    // Waits for nobody: where a reader still needs the log, the next writer empties it.
    connection.setLockWait(0)
    _ = try? connection.integer("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.setLockWait(Connection.lockWait)
  }
}
