// Catalog+Opening.swift -- opening the database file: for writing, for reading, and where nothing can be written.

import Base
import SQLite

extension Catalog {
  /// The name of a catalog in the folder of its store.
  package static let fileName = StorePlace.catalog
  /// The names of all the files that make up a catalog.
  package static let fileNames = [fileName, fileName + "-wal", fileName + "-shm"]

  /// Kibibytes of pages that a connection may keep; the writer's spare most pages of a large commit a second writing.
  private static let (readerCache, writerCache) = (16 << 10, 64 << 10)
  /// Bytes to which the write-ahead log is cut after a large commit.
  private static let logSizeKept = 16 << 20
  /// Bytes that SQLite has for the path of a database, its end included.
  private static let longestPath = 512

  /// Opens for writing: durable commits, and a log that shrinks again.
  static func openForWriting(_ name: String, in directory: DirectoryHandle) throws(EngramError) -> Connection {
    try requireFile(name, in: directory, access: .readWrite)
    let path = directory.path(of: name)
    let connection = try connect(name, in: directory, .readWrite)
    try identify(connection, directory)
    // A catalog that somebody has switched to another journal would stop readers while it is written.
    try connection.execute(
      """
      PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -\(writerCache);
      PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON; PRAGMA journal_size_limit = \(logSizeKept);
      """)
    let oldestWriter = try connection.integer("SELECT oldest_writer FROM store") ?? .max
    if oldestWriter > formatVersion {
      throw EngramError(
        .unsupported, "the store may be written only by a newer version of this program", file: path,
        place: "table store, column oldest_writer", expected: "at most \(formatVersion)", found: "\(oldestWriter)",
        mend: "open it for reading, or use a newer version")
    }
    return connection
  }

  /// Opens for reading.
  ///
  /// A reader of a WAL database shares a small index file, `-shm`, with the others, and makes it if it is the first. On a
  /// full disk it has no room for that, and SQLite keeps an index of its own in memory, which holds what the log does.
  ///
  /// Where it may not make one, because the disk is read-only or the folder is another user's, or where not even an empty
  /// file has room, and nobody else has the database open, the database file is complete by itself. Only then is it opened
  /// as immutable: SQLite takes no locks and looks for no log. Whatever else keeps a database from being opened (an I/O
  /// error, too few descriptors) is an error.
  static func openForReading(_ name: String, in directory: DirectoryHandle) throws(EngramError) -> Connection {
    try requireFile(name, in: directory, access: .read)
    func open(_ access: Connection.Access) throws(EngramError) -> Connection {
      let connection = try connect(name, in: directory, access)
      try identify(connection, directory)
      // What is made for an older commit is made anew for each connection, and leaves no file.
      try connection.execute(
        "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -\(readerCache); PRAGMA cell_size_check = ON;")
      return connection
    }
    do throws(EngramError) {
      return try open(.readOnly)
    } catch {
      if error.code == .diskFull, try directory.status(of: name + "-shm") != nil { return try open(.ownIndex) }
      guard error.code == .io || error.code == .diskFull, try isComplete(name, in: directory) else { throw error }
      let file = try directory.status(of: name)
      let connection = try open(.immutable)
      connection.immutableFile = file
      return connection
    }
  }

  /// Whether a connection still reads what is there: one that takes no locks does so until somebody can write.
  static func isCurrent(_ connection: Connection, _ name: String, in directory: DirectoryHandle) -> Bool {
    guard let file = connection.immutableFile else { return true }
    // The file first: a writer makes the index before it changes the file.
    return (try? directory.status(of: name)) == file && (try? isComplete(name, in: directory)) == true
  }

  /// Whether a database file holds everything by itself and nobody works on it, in a folder that cannot be written.
  private static func isComplete(_ name: String, in directory: DirectoryHandle) throws(EngramError) -> Bool {
    guard let refusal = directory.refusalToWrite() else { return false }
    if let log = try directory.status(of: name + "-wal"), log.byteCount > 0 { return false }
    // Everyone who has the database open has its index too; on a read-only disk the index is only left over.
    if refusal == .readOnlyDisk { return true }
    return try directory.status(of: name + "-shm") == nil
  }

  /// Opens a database of a folder; nothing is read yet.
  static func connect(
    _ name: String, in directory: DirectoryHandle, _ access: Connection.Access
  ) throws(EngramError) -> Connection {
    try Connection(
      path: try currentPath(of: name, in: directory), shownAs: directory.path(of: name), access: access,
      noun: "the catalog")
  }

  /// The path that SQLite is given: where the folder is now, without links, for it refuses every link in it.
  private static func currentPath(of name: String, in directory: DirectoryHandle) throws(EngramError) -> String {
    let folder = try directory.currentPath()
    let path = folder == "/" ? folder + name : "\(folder)/\(name)"
    guard path.utf8.count < longestPath else {
      throw EngramError(
        .limit, "the path of the catalog is too long for SQLite", file: directory.path(of: name),
        expected: "at most \(longestPath - 1) bytes from the root", found: "\(path.utf8.count)",
        mend: "move the store to a shorter path")
    }
    return path
  }

  /// Refuses a database that is not an Engram catalog of a version this program knows, or has another schema.
  private static func identify(_ connection: Connection, _ directory: DirectoryHandle) throws(EngramError) {
    let version = try version(of: connection)
    if version < formatVersion {
      throw EngramError(
        .unsupported, "the store is of an older format, which this program no longer reads", file: connection.path,
        place: "user_version", expected: "\(formatVersion)", found: "\(version)",
        mend: "\(run: .migrate, on: directory.path) brings it over; it keeps every id, value and commit")
    }
    guard connection.hasPageChecksums else {
      throw EngramError(
        .corrupt, "the pages of the catalog have no room for checksums", file: connection.path,
        place: "the header of the database", mend: "restore the catalog from a copy")
    }
    try CatalogSchema.current.require(connection)
  }

  /// The format version of a catalog; a database that is none, or of a newer version, is refused.
  static func version(of connection: Connection) throws(EngramError) -> Int64 {
    let application = try connection.integer("PRAGMA application_id") ?? 0
    if application != applicationID {
      throw EngramError(
        .unsupported, "this SQLite database is not an Engram catalog", file: connection.path, place: "application_id",
        expected: "\(applicationID)", found: "\(application)", mend: "name the directory of a store")
    }
    let version = try connection.integer("PRAGMA user_version") ?? 0
    if version > formatVersion {
      throw EngramError(
        .unsupported, "the catalog was written by a newer version of this program", file: connection.path,
        place: "user_version", expected: "at most \(formatVersion)", found: "\(version)", mend: "use a newer version")
    }
    if version < 1 {
      throw EngramError(
        .corrupt, "the catalog has no format version", file: connection.path, place: "user_version",
        expected: "1 to \(formatVersion)", found: "\(version)", mend: "restore it from a copy")
    }
    return version
  }

  // The database itself is never opened here: closing any descriptor of it would release the locks that SQLite holds on
  // it in this process (POSIX). What it is comes from its name.

  /// Refuses a folder whose catalog is not there, or is not what SQLite may safely open.
  ///
  /// SQLite refuses links by itself, but waits for pipes; it writes into the index and the log of whatever it opens, so
  /// those must be nobody else's file too; and a rollback journal, which this program never leaves, can name any file,
  /// which SQLite then deletes.
  static func requireFile(
    _ name: String, in directory: DirectoryHandle, access: Access
  ) throws(EngramError) {
    let path = directory.path(of: name)
    guard let catalog = try directory.status(of: name) else {
      throw EngramError(.notFound, "there is no catalog", file: path, mend: "name the directory of a store")
    }
    for (suffix, isWritten) in [("", access == .readWrite), ("-wal", true), ("-shm", true)] {
      guard let status = try directory.status(of: name + suffix) else { continue }
      if status.kind != .file || (isWritten && status.nameCount > 1) {
        throw EngramError(
          .corrupt, "the catalog is not a file of its own", file: path + suffix,
          expected: "a regular file with one name",
          found: status.kind == .file ? "\(status.nameCount) names (hard links)" : status.kind.rawValue,
          mend: "copy the store, links followed, to another place")
      }
    }
    if try directory.status(of: name + "-journal") != nil {
      throw EngramError(
        .corrupt, "beside the catalog lies a rollback journal, which this program does not make",
        file: path + "-journal", mend: "if you trust it, open the catalog once with the sqlite3 shell; else remove it")
    }
    // SQLite takes a file shorter than its smallest page for a new, empty database.
    if catalog.byteCount < 512 {
      throw EngramError(
        .truncated, "the catalog ends too early", file: path, expected: "an SQLite database of at least 512 bytes",
        found: "\(catalog.byteCount) bytes", mend: "restore it from a copy")
    }
  }
}
