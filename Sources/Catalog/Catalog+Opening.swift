// Catalog+Opening.swift -- making and opening the database file.

package import Base
import Glibc
import SQLite

extension Catalog {
  /// Kibibytes of pages that a connection may keep; the writer's spare most pages of a large commit a second writing.
  private static let (readerCache, writerCache) = (16 << 10, 64 << 10)
  /// What errors call the database.
  private static let noun = "the catalog"
  /// Bytes to which the write-ahead log is cut after a large commit.
  private static let logSizeKept = 16 << 20

  /// Makes the catalog of an empty store; all or nothing.
  ///
  /// The database is made beside `path` and renamed, so a kill leaves no half of one.
  ///
  /// - Throws: Code `exists` when there is anything at `path`, `io`, `diskFull`.
  package static func create(at path: String) throws(EngramError) {
    if try fileSize(path) != nil {
      throw EngramError(.exists, "there is a file already", file: path, mend: "choose another name")
    }
    let making = "\(path).making-\(getpid())-\(UInt32.random(in: 0...(.max)))"
    // SAFETY (here and below): paths are C strings for the time of each call.
    defer { for suffix in ["", "-wal", "-shm"] { unsafe unlink(making + suffix) } }
    do throws(EngramError) {
      try makeDatabase(at: making)
    } catch {
      var renamed = error
      renamed.file = path
      throw renamed
    }
    try synchronise(making)
    if unsafe rename(making, path) != 0 { throw systemError("cannot make the catalog", path) }
    let directory = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    try synchronise(directory)
  }

  private static func makeDatabase(at path: String) throws(EngramError) {
    let connection = try Connection(path: path, access: .create, noun: noun)
    // Two dozen tables and indexes, most of them short: pages of half the usual size halve a small catalog.
    try connection.execute("PRAGMA page_size = 2048; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; BEGIN;")
    try connection.execute(String(decoding: PackageResources.catalog_sql, as: UTF8.self))
    try connection.execute(
      """
      INSERT INTO store (only_row, identifier, created, oldest_writer)
        VALUES (1, lower(hex(randomblob(16))), \(now), \(formatVersion));
      COMMIT;
      """)
  }

  /// SQL for the time as the tables keep it.
  static let now = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"

  /// Opens for writing: durable commits, and a log that shrinks again.
  static func openForWriting(_ path: String) throws(EngramError) -> Connection {
    try requireFile(path)
    let connection = try Connection(path: path, access: .readWrite, noun: noun)
    try identify(connection)
    try connection.execute(
      """
      PRAGMA synchronous = FULL; PRAGMA cache_size = -\(writerCache); PRAGMA cell_size_check = ON;
      PRAGMA journal_size_limit = \(logSizeKept);
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
  /// A reader of a WAL database shares a small index file, `-shm`, with the others, and makes it if it is the first. In a
  /// directory that it may not write (a read-only mount, another user's store) it cannot. When then also no log, `-wal`,
  /// has anything in it, the database file is complete by itself, and it is opened as immutable: SQLite takes no locks
  /// and looks for no log. That is right as long as nobody writes meanwhile; who may write there should not be
  /// working on the store of people who may not.
  static func openForReading(_ path: String) throws(EngramError) -> Connection {
    try requireFile(path)
    func open(_ access: Connection.Access) throws(EngramError) -> Connection {
      let connection = try Connection(path: path, access: access, noun: noun)
      try identify(connection)
      try connection.execute("PRAGMA cache_size = -\(readerCache); PRAGMA cell_size_check = ON;")
      return connection
    }
    do throws(EngramError) {
      return try open(.readOnly)
    } catch {
      guard error.code == .io, try fileSize(path + "-wal") ?? 0 == 0 else { throw error }
      return try open(.immutable)
    }
  }

  /// Refuses a database that is not an Engram catalog of a version this program knows, or has another schema.
  private static func identify(_ connection: Connection) throws(EngramError) {
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
    try CatalogSchema.require(connection)
  }

  private static func requireFile(_ path: String) throws(EngramError) {
    guard let size = try fileSize(path) else {
      throw EngramError(.notFound, "there is no catalog", file: path, mend: "name the directory of a store")
    }
    // SQLite takes a file shorter than its smallest page for a new, empty database.
    if size < 512 {
      throw EngramError(
        .truncated, "the catalog ends too early", file: path, expected: "an SQLite database of at least 512 bytes",
        found: "\(size) bytes", mend: "restore it from a copy")
    }
  }

  // The database itself is never opened here: closing any descriptor of it would release the locks that SQLite holds on
  // it in this process (POSIX). Its size comes from stat.

  /// The size of a file, or nil when there is none.
  private static func fileSize(_ path: String) throws(EngramError) -> Int? {
    var status = stat()
    // SAFETY: `status` is a valid place for the answer, and the path a C string for the time of the call.
    if unsafe stat(path, &status) == 0 { return Int(status.st_size) }
    if errno == ENOENT || errno == ENOTDIR { return nil }
    throw systemError("the catalog cannot be looked at", path)
  }

  /// Waits until a new file or a directory is on disk.
  private static func synchronise(_ path: String) throws(EngramError) {
    let descriptor = unsafe open(path, O_RDONLY)
    if descriptor < 0 { throw systemError("cannot make the catalog", path) }
    defer { close(descriptor) }
    if fsync(descriptor) != 0 { throw systemError("cannot make the catalog", path) }
  }

  private static func systemError(_ message: String, _ path: String) -> EngramError {
    let code = errno
    // SAFETY: strerror returns a C string, copied at once.
    let text = unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
    return EngramError(code == ENOSPC ? .diskFull : .io, "\(message): \(text)", file: path)
  }
}
