// Connection.swift -- one SQLite connection, set up as Engram needs it, with a cache of statements.

package import Base
import CSQLite

/// One SQLite connection.
@safe package final class Connection {
  package let handle: SQLiteHandle
  /// Prepared statements by their SQL, for those that run often.
  private var cache: [String: Statement] = [:]

  /// Whether the table-valued functions that a sandbox allows have been used.
  package var hasUsedTableFunctions = false

  /// The path of the database.
  package var path: String { handle.path }

  /// Milliseconds that SQLite waits for a lock: long enough for another process's commit or recovery.
  package static let lockWait: Int32 = 5_000

  /// Opens a database and sets the connection up; nothing is read yet.
  package init(path: String, name: String, flags: Int32) throws(EngramError) {
    handle = try SQLiteHandle(path: path, name: name, flags: flags)
    // SAFETY (whole initializer): the handle is open, and these calls take plain numbers.
    let pointer = unsafe handle.pointer
    unsafe sqlite3_busy_timeout(pointer, Self.lockWait)
    for (option, on) in [
      (SQLITE_DBCONFIG_ENABLE_FKEY, 1 as Int32),
      // A misspelt column in double quotes must be an error, never silently a text.
      (SQLITE_DBCONFIG_DQS_DML, 0), (SQLITE_DBCONFIG_DQS_DDL, 0),
      // The database may come from anyone: no SQL in its schema may do more than read, and no trigger may run.
      (SQLITE_DBCONFIG_DEFENSIVE, 1), (SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0), (SQLITE_DBCONFIG_ENABLE_TRIGGER, 0),
    ] {
      let code = unsafe engram_sqlite_switch(pointer, option, on)
      if code != SQLITE_OK { throw handle.error(code, sql: nil) }
    }
    unsafe sqlite3_limit(pointer, SQLITE_LIMIT_ATTACHED, 0)
  }

  /// Changes how many milliseconds SQLite waits for a lock.
  package func setLockWait(_ milliseconds: Int32) {
    // SAFETY: the handle is open as long as this object lives.
    unsafe _ = sqlite3_busy_timeout(handle.pointer, milliseconds)
  }

  /// Prepares one statement of ours.
  package func prepare(_ sql: String) throws(EngramError) -> Statement {
    guard let (statement, _) = try compile(sql, isUserSQL: false) else {
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
  /// - Returns: The statement, and the text after it.
  package func compile(_ sql: String, isUserSQL: Bool) throws(EngramError) -> (Statement, rest: String)? {
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
        let result = unsafe sqlite3_prepare_v3(
          handle.pointer, start, Int32(characters.count), 0, &statement, &tail)
        unsafe used = tail.map { unsafe $0 - start } ?? characters.count
        return result
      }
    }
    if code != SQLITE_OK { throw handle.error(code, sql: sql, isUserSQL: isUserSQL) }
    guard let prepared = unsafe statement else { return nil }
    let rest = String(decoding: copy.utf8.dropFirst(used), as: UTF8.self)
    return (unsafe Statement(adopting: prepared, of: handle, sql: sql, isUserSQL: isUserSQL), rest)
  }
}
