// SQLiteHandle.swift -- the owner of one SQLite connection pointer, and the sentences for SQLite's errors.

import Base
import CPageChecksums
import CSQLite
import CSQLiteGuard
import Glibc

/// Owns one `sqlite3 *` and closes it when the last statement of it is gone.
///
/// SQLite's own mutexes are off: a handle is used by one thread at a time, which holds because neither it
/// nor anything that owns it is Sendable.
@safe final class SQLiteHandle {
  // SAFETY: open from init to deinit; never leaves the files of this wrapper.
  let pointer: OpaquePointer
  // SAFETY: allocated in init, freed when the connection has been closed.
  private let waiting: UnsafeMutablePointer<engram_wait>
  /// The path of the database, for errors.
  let path: String
  /// What the database is called in errors, such as `the database`.
  let noun: String
  /// The sandbox in force while a user's SQL runs; it knows why SQLite was interrupted.
  var sandbox: Sandbox?
  /// Which of the processes that fork made has opened it; another must not touch it.
  private let generation = ForkGate.generation

  /// Whether locks and memory of SQLite are guarded in this process; asked before the first database is opened.
  private static let guarding = engram_sqlite_guard()

  /// Whether this process has opened the database, and not the one that it was forked off.
  var isOfThisProcess: Bool { generation == ForkGate.generation }

  /// Opens a database.
  ///
  /// - Parameters:
  ///   - path: The path, for errors.
  ///   - name: What SQLite is given: the path or a `file:` URI.
  ///   - flags: `SQLITE_OPEN_…`.
  ///   - noun: What the database is called in errors.
  /// - Throws: SQLite's error as ``error(_:sql:isUserSQL:)`` words it.
  init(path: String, name: String, flags: Int32, noun: String) throws(EngramError) {
    _ = Self.guarding
    var opened: OpaquePointer?
    guard engram_checksums_register() == SQLITE_OK else {
      throw EngramError(.limit, "SQLite has no memory for its layer of files", file: path)
    }
    // SAFETY: `name` is a NUL-terminated C string for the time of the call; `opened` receives the handle.
    let code = ForkGate.inside {
      unsafe sqlite3_open_v2(name, &opened, flags | SQLITE_OPEN_NOMUTEX, ENGRAM_CHECKSUM_LAYER)
    }
    guard let handle = unsafe opened else {
      throw EngramError(.limit, "SQLite has no memory to open a database", file: path)
    }
    unsafe pointer = handle
    unsafe waiting = .allocate(capacity: 1)
    unsafe waiting.initialize(to: engram_wait())
    self.path = path
    self.noun = noun
    unsafe sqlite3_extended_result_codes(pointer, 1)
    if code != SQLITE_OK { throw error(code, sql: nil) }
  }

  /// Switches off what a database from anyone must not do, and replaces functions that nothing could stop.
  ///
  /// - Throws: SQLite's error.
  func setUp() throws(EngramError) {
    // SAFETY (whole method): the handle is open, and these calls take plain numbers.
    let pointer = unsafe pointer
    let code = ForkGate.inside {
      setLockWait(Connection.lockWait)
      for (option, on) in [
        (SQLITE_DBCONFIG_ENABLE_FKEY, 1 as Int32),
        // A misspelt column in double quotes must be an error, never silently a text.
        (SQLITE_DBCONFIG_DQS_DML, 0), (SQLITE_DBCONFIG_DQS_DDL, 0),
        // The database may come from anyone: no SQL in its schema may do more than read, and no trigger may run.
        (SQLITE_DBCONFIG_DEFENSIVE, 1), (SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0), (SQLITE_DBCONFIG_ENABLE_TRIGGER, 0),
      ] {
        let code = unsafe engram_sqlite_switch(pointer, option, on)
        if code != SQLITE_OK { return code }
      }
      unsafe sqlite3_limit(pointer, SQLITE_LIMIT_ATTACHED, 0)
      return unsafe engram_sqlite_add_functions(pointer)
    }
    if code != SQLITE_OK { throw error(code, sql: nil) }
  }

  deinit {
    // A handle of the process before a fork is left alone: closing it would write into that process's files.
    guard isOfThisProcess else { return }
    // SAFETY: statements hold a reference to this object, so none is left when this runs.
    _ = ForkGate.inside { unsafe sqlite3_close_v2(pointer) }
    unsafe waiting.deallocate()
  }

  /// Changes how many milliseconds a lock is waited for.
  func setLockWait(_ milliseconds: Int32) {
    // SAFETY: the handle is open, and what it waits by lives as long.
    unsafe _ = engram_sqlite_wait(pointer, waiting, milliseconds)
  }

  /// Refuses to go on in a child of fork with what its parent has open.
  ///
  /// - Throws: Code `usage`.
  func requireThisProcess() throws(EngramError) {
    if isOfThisProcess { return }
    throw EngramError(
      .usage, "\(noun) was opened before this process was forked", file: path,
      mend: "begin the read or the write again in the new process")
  }

  /// SQLite's own words for its last error.
  var message: String {
    // SAFETY: SQLite returns a NUL-terminated string that lives until the next call on the handle; it is copied at once.
    unsafe String(cString: sqlite3_errmsg(pointer))
  }

  /// The error for a result code, with SQLite's own message and the SQL.
  ///
  /// When a person wrote the SQL, plain errors are theirs (`usage`); otherwise the database is not what this program
  /// wrote (`corrupt`).
  func error(_ code: Int32, sql: String?, isUserSQL: Bool = false) -> EngramError {
    // SAFETY: the handle is open.
    var systemError = unsafe sqlite3_system_errno(pointer)
    if systemError == ENGRAM_READ_FAILED { systemError = EIO }
    let place = sql.map { "SQL \(Self.shortened($0))" }
    func make(_ kind: EngramError.Code, _ text: String, mend: Mend? = nil) -> EngramError {
      EngramError(kind, text, file: path, place: place, mend: mend)
    }
    if let interruption = sandbox?.interruption(code & 0xFF) { return interruption.inFile(path) }
    switch code & 0xFF {
    case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_FORMAT:
      return make(.corrupt, "\(noun) is damaged: \(message)", mend: "restore it from a copy")
    case SQLITE_BUSY, SQLITE_LOCKED:
      return make(.busy, "another process is writing: \(message)", mend: "try again when it has finished")
    case SQLITE_PROTOCOL:
      // SQLite has tried for ten seconds: whoever sets up the log has stopped in the middle of it.
      return make(
        .busy, "another process holds the locks of \(noun) and does not go on: \(message)",
        mend: "let that process go on, or end it, and try again")
    case SQLITE_FULL:
      return make(.diskFull, "the disk is full: \(message)", mend: "free some space; nothing was changed")
    case SQLITE_IOERR, SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_PERM:
      if systemError == ENOSPC || systemError == EDQUOT {
        return make(.diskFull, "the disk is full: \(message)", mend: "free some space; nothing was changed")
      }
      let reason = systemError == 0 ? message : "\(message), \(systemMessage(systemError))"
      return make(systemError == EFBIG ? .limit : .io, "\(noun) cannot be read or written: \(reason)")
    case SQLITE_INTERRUPT: return make(.cancelled, "the query was interrupted")
    case SQLITE_NOMEM, SQLITE_TOOBIG:
      return make(.limit, "a declared limit was reached: \(message)")
    // What a person's SQL reads breaks no rule: it is the SQL that asks for what cannot be, such as LIMIT 'abc'.
    case SQLITE_CONSTRAINT where !isUserSQL, SQLITE_MISMATCH where !isUserSQL:
      return make(.invalidData, "the data break a rule of \(noun): \(message)")
    default:
      if isUserSQL { return make(.usage, message) }
      return make(.corrupt, "\(noun) is not as this program writes it: \(message)")
    }
  }

  /// The start of a long statement, on one line, for error messages.
  static func shortened(_ sql: String) -> String {
    let line = String(sql.map { $0.isNewline ? " " : $0 })
    return line.count <= 300 ? line : "\(line.prefix(300))…"
  }
}
