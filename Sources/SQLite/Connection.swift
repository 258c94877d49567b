// Connection.swift -- one SQLite connection, set up as Engram needs it, with a cache of statements.

package import Base
import CSQLite

/// One SQLite connection.
@safe package final class Connection {
  let handle: SQLiteHandle
  /// How the database was opened.
  package let access: Access
  /// Prepared statements by their SQL, for those that run often.
  private var cache: [String: Statement] = [:]

  /// What the database file was when it was opened as immutable.
  package var immutableFile: FileStatus?

  /// Whether the table-valued functions that a sandbox allows have been used.
  var hasUsedTableFunctions = false
  /// Whether the function that reads columns for a tally is there.
  var hasTallyFunction = false

  /// What the temporary tables of this connection show, in the words of whoever made them; nil for nothing that counts.
  package var temporaryState: String?
  /// Whether temporary views hide those of the database.
  package var hasTemporaryViews = false
  /// What whoever reads keeps for the next time, as long as the connection lives.
  package var kept: AnyObject?

  /// The path of the database.
  package var path: String { handle.path }

  /// Milliseconds that SQLite waits for a lock: long enough for another process's commit or recovery.
  package static let lockWait: Int32 = 5_000

  /// How a database is opened.
  package enum Access: Sendable {
    /// For reading, beside any number of readers and a writer.
    case readOnly
    /// For reading where the index of the log has no room: SQLite keeps one of its own in memory.
    ///
    /// The file of the index must be there, however short.
    case ownIndex
    /// For reading a file that nobody can write: SQLite takes no lock and looks for no log.
    case immutable
    /// For reading and writing a database that is there.
    case readWrite
    /// For reading and writing a database that is made where there is none.
    case create
  }

  /// Opens a database and sets the connection up; nothing is read yet.
  ///
  /// - Parameters:
  ///   - path: The path of the database, without a link in it, or `:memory:` for one that is gone with the connection.
  ///   - shownPath: The path that errors name; nil for the same.
  ///   - access: How it is opened.
  ///   - noun: What the database is called in errors.
  /// - Throws: Code `io` when it cannot be opened, `limit` when memory lacks.
  package init(
    path: String, shownAs shownPath: String? = nil, access: Access, noun: String = "the database"
  ) throws(EngramError) {
    let flags =
      switch access {
      case .readOnly: SQLITE_OPEN_READONLY
      case .ownIndex, .immutable: SQLITE_OPEN_READONLY | SQLITE_OPEN_URI
      case .readWrite: SQLITE_OPEN_READWRITE
      case .create: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
      }
    let name =
      switch access {
      case .ownIndex: Self.uri(path, "readonly_shm=1")
      case .immutable: Self.uri(path, "immutable=1")
      case .readOnly, .readWrite, .create: path
      }
    self.access = access
    handle = try SQLiteHandle(
      path: shownPath ?? path, name: name, flags: flags | SQLITE_OPEN_NOFOLLOW, noun: noun)
    try handle.setUp()
  }

  /// The URI of a path with a parameter, every byte of the path that means something in a URI written as %XX.
  private static func uri(_ path: String, _ parameter: String) -> String {
    var name = "file:"
    for byte in path.utf8 {
      let isPlain = (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
      if isPlain || [45, 46, 47, 95].contains(byte) {
        name.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        let hex = String(byte, radix: 16)
        name += "%" + (hex.utf8.count == 1 ? "0" : "") + hex
      }
    }
    return "\(name)?\(parameter)"
  }

  /// The start of a long text, on one line, for error messages.
  package static func shortened(_ sql: String) -> String { SQLiteHandle.shortened(sql) }

  /// Whether this process has opened the database, and not the one that it was forked off.
  package var isOfThisProcess: Bool { handle.isOfThisProcess }

  /// Whether a transaction has begun and not ended.
  package var isInTransaction: Bool {
    // SAFETY: the handle is open as long as this object lives, and the call only looks at it.
    unsafe sqlite3_get_autocommit(handle.pointer) == 0
  }

  /// How many rows were inserted, changed or deleted by this connection, all of its time.
  package var changeCount: Int64 {
    // SAFETY: as above.
    unsafe sqlite3_total_changes64(handle.pointer)
  }

  /// Changes how many milliseconds SQLite waits for a lock.
  package func setLockWait(_ milliseconds: Int32) {
    handle.setLockWait(milliseconds)
  }

  /// Writes the database anew, without what was deleted.
  package func vacuum() throws(EngramError) {
    // SAFETY (whole function): the handle is open, and the calls take plain numbers. SQLite attaches a database of its own
    // for it, which the limit of this connection would refuse.
    let pointer = unsafe handle.pointer
    unsafe sqlite3_limit(pointer, SQLITE_LIMIT_ATTACHED, 1)
    defer { unsafe _ = sqlite3_limit(pointer, SQLITE_LIMIT_ATTACHED, 0) }
    try execute("VACUUM")
  }

  /// Prepares one statement of ours.
  package func prepare(_ sql: String) throws(EngramError) -> Statement {
    guard let (statement, _) = try compile(sql, isUserSQL: false) else {
      throw EngramError(.usage, "there is no SQL statement", file: path)
    }
    return statement
  }

  /// Prepares a statement of ours that gives the rows of a user's in another way; what fails in it, the user's SQL asks for.
  package func prepare(_ sql: String, inPlaceOf asked: Statement) throws(EngramError) -> Statement {
    guard let (statement, _) = try compile(sql, isUserSQL: asked.isUserSQL, shownAs: asked.sql) else {
      throw EngramError(.usage, "there is no SQL statement", file: path)
    }
    return statement
  }

  /// A prepared statement that is kept for the next time; it comes reset.
  package func cached(_ sql: String) throws(EngramError) -> Statement {
    if let statement = cache[sql] {
      statement.reset()
      return statement
    }
    let statement = try prepare(sql)
    cache[sql] = statement
    return statement
  }

  /// Runs every statement of a script of ours.
  package func execute(_ script: String) throws(EngramError) {
    var rest = script
    while let (statement, tail) = try compile(rest, isUserSQL: false) {
      try statement.run()
      rest = tail
    }
  }

  /// The first value of the first row as a whole number; nil when there is no row or it is NULL.
  ///
  /// The second argument is what `?1` is, if the statement has it.
  package func integer(_ sql: String, _ parameter: Int64? = nil) throws(EngramError) -> Int64? {
    let statement = try cached(sql)
    defer { statement.reset() }
    if let parameter { try statement.bind(1, parameter) }
    guard try statement.step(), !statement.isNull(0) else { return nil }
    return statement.integer(0)
  }

  /// Compiles the first statement of a text; nil when there is none but blanks and comments.
  ///
  /// - Parameters:
  ///   - sql: The text.
  ///   - isUserSQL: Whether a person wrote it, or what it stands for.
  ///   - shown: What errors show in its place; nil for the text itself.
  /// - Returns: The statement, and the text after it.
  /// - Throws: What SQLite says of it.
  func compile(
    _ sql: String, isUserSQL: Bool, shownAs shown: String? = nil
  ) throws(EngramError) -> (Statement, rest: String)? {
    try handle.requireThisProcess()
    var copy = sql
    var statement: OpaquePointer?
    var used = 0
    let code: Int32 = copy.withUTF8 { bytes in
      if bytes.count > Int32.max { return SQLITE_TOOBIG }
      // SAFETY: SQLite reads `bytes.count` bytes of the buffer, which is valid inside the closure, and sets `tail`
      // to a place inside it.
      return unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
        guard let start = characters.baseAddress else { return SQLITE_OK }
        var tail: UnsafePointer<CChar>?
        let result = ForkGate.inside {
          unsafe sqlite3_prepare_v3(handle.pointer, start, Int32(characters.count), 0, &statement, &tail)
        }
        unsafe used = tail.map { unsafe $0 - start } ?? characters.count
        return result
      }
    }
    let shown = shown ?? sql
    if code != SQLITE_OK { throw handle.error(code, sql: shown, isUserSQL: isUserSQL) }
    guard let prepared = unsafe statement else { return nil }
    let rest = String(decoding: copy.utf8.dropFirst(used), as: UTF8.self)
    return (unsafe Statement(adopting: prepared, of: handle, sql: shown, isUserSQL: isUserSQL), rest)
  }
}
