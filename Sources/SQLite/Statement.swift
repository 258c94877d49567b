// Statement.swift -- one prepared SQL statement: bind, step, read columns.

package import Base
import CSQLite

/// One prepared statement.
///
/// Parameters count from 1 and columns from 0, as in SQLite.
///
/// ```swift
/// let statement = try connection.prepare("SELECT name FROM field WHERE ordinal < ?1")
/// try statement.bind(1, 6)
/// while try statement.step() { names.append(statement.text(0)) }
/// ```
@safe package final class Statement {
  private let handle: SQLiteHandle
  // SAFETY: a prepared statement of `handle`, finalized in deinit; `handle` is kept open by this object.
  private let pointer: OpaquePointer
  /// The SQL, for errors.
  package let sql: String
  /// Whether a person wrote the SQL, and not this program.
  package let isUserSQL: Bool
  /// The path of the database, for errors.
  package var path: String { handle.path }

  /// Takes over a prepared statement.
  init(adopting pointer: OpaquePointer, of handle: SQLiteHandle, sql: String, isUserSQL: Bool) {
    self.handle = handle
    unsafe self.pointer = pointer
    self.sql = sql
    self.isUserSQL = isUserSQL
  }

  deinit {
    // What belongs to the process before a fork is left alone.
    if handle.isOfThisProcess { _ = ForkGate.inside { unsafe sqlite3_finalize(pointer) } }
  }

  /// Calls SQLite for this statement, and throws what it says.
  @unsafe func check(_ call: (OpaquePointer) -> Int32) throws(EngramError) {
    try handle.requireThisProcess()
    // SAFETY: the statement is alive as long as this object.
    let code = ForkGate.inside { unsafe call(pointer) }
    if code != SQLITE_OK { throw handle.error(code, sql: sql, isUserSQL: isUserSQL) }
  }

  // MARK: Parameters

  /// Binds a whole number, or NULL.
  package func bind(_ index: Int32, _ value: Int64?) throws(EngramError) {
    if let value {
      try unsafe check { unsafe sqlite3_bind_int64($0, index, value) }
    } else {
      try unsafe check { unsafe sqlite3_bind_null($0, index) }
    }
  }

  /// Binds a real number; NaN is refused, because SQLite would store NULL.
  package func bind(_ index: Int32, _ value: Double) throws(EngramError) {
    if value.isNaN {
      throw EngramError(.invalidData, "NaN cannot be kept as a number of SQL", mend: "leave the value out")
    }
    try unsafe check { unsafe sqlite3_bind_double($0, index, value) }
  }

  /// Binds text; NUL is refused, because many readers of SQLite end a text there.
  package func bind(_ index: Int32, _ text: String) throws(EngramError) {
    if text.utf8.contains(0) {
      throw EngramError(.invalidData, "a text holds a NUL character", found: text.debugDescription)
    }
    var copy = text
    try unsafe check { pointer in
      copy.withUTF8 { bytes in
        if bytes.count > Int32.max { return SQLITE_TOOBIG }
        // SAFETY: the buffer is valid inside the closure; SQLite reads `bytes.count` bytes and copies them.
        return unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
          // An empty Swift buffer may have no address, and SQLite takes a null address for NULL.
          guard let base = characters.baseAddress else { return unsafe engram_sqlite_bind_text(pointer, index, "", 0) }
          return unsafe engram_sqlite_bind_text(pointer, index, base, Int32(characters.count))
        }
      }
    }
  }

  /// Binds bytes.
  package func bind(_ index: Int32, bytes: [UInt8]) throws(EngramError) {
    if bytes.isEmpty { return try unsafe check { unsafe sqlite3_bind_zeroblob($0, index, 0) } }
    try unsafe check { pointer in
      unsafe bytes.withUnsafeBytes { buffer in
        // SAFETY: the buffer is valid inside the closure, and SQLite copies it.
        unsafe engram_sqlite_bind_blob(pointer, index, buffer.baseAddress, sqlite3_uint64(buffer.count))
      }
    }
  }

  /// Binds the value of a column of another statement's current row.
  package func bind(_ index: Int32, columnOf other: Statement, _ column: Int32) throws(EngramError) {
    // SAFETY: both statements are open, and SQLite copies the value.
    try unsafe check { unsafe sqlite3_bind_value($0, index, sqlite3_column_value(other.pointer, column)) }
  }

  /// The number of parameters.
  package var parameterCount: Int { Int(unsafe sqlite3_bind_parameter_count(pointer)) }

  // MARK: Running

  /// Goes to the next row; false when there is none.
  package func step() throws(EngramError) -> Bool {
    try handle.requireThisProcess()
    let code = ForkGate.inside { unsafe sqlite3_step(pointer) }
    if code == SQLITE_ROW { return true }
    if code == SQLITE_DONE { return false }
    let failure = handle.error(code, sql: sql, isUserSQL: isUserSQL)
    reset()
    throw failure
  }

  /// Runs to the end without reading rows, then makes ready to run again.
  package func run() throws(EngramError) {
    while try step() {}
    reset()
  }

  /// Makes ready to run again; parameters keep their values.
  package func reset() {
    if handle.isOfThisProcess { _ = ForkGate.inside { unsafe sqlite3_reset(pointer) } }
  }

  // MARK: Columns of the current row

  /// The number of columns.
  package var columnCount: Int { Int(unsafe sqlite3_column_count(pointer)) }

  /// Whether SQLite knows that the statement changes nothing.
  package var isReadOnly: Bool { unsafe sqlite3_stmt_readonly(pointer) != 0 }

  /// The name of a column.
  package func columnName(_ column: Int) -> String {
    // SAFETY: SQLite's string lives until the statement is finalized; it is copied at once. Null means no memory.
    ForkGate.inside {
      guard let name = unsafe sqlite3_column_name(pointer, Int32(column)) else { return "" }
      return unsafe String(cString: name)
    }
  }

  /// A whole number; 0 for NULL.
  package func integer(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(pointer, column) }

  /// A real number; 0 for NULL.
  package func real(_ column: Int32) -> Double { unsafe sqlite3_column_double(pointer, column) }

  /// Whether the value is NULL.
  package func isNull(_ column: Int32) -> Bool { unsafe sqlite3_column_type(pointer, column) == SQLITE_NULL }

  /// Text, empty for NULL, with bytes that are not UTF-8 repaired.
  package func text(_ column: Int32) -> String {
    // SAFETY: SQLite's bytes live until the next step; they are copied at once.
    ForkGate.inside {
      guard let bytes = unsafe sqlite3_column_text(pointer, column) else { return "" }
      let count = Int(unsafe sqlite3_column_bytes(pointer, column))
      return unsafe String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }
  }

  /// A copy of the bytes of a blob; empty for NULL.
  package func bytes(_ column: Int32) -> [UInt8] {
    // SAFETY: as in `text`.
    ForkGate.inside {
      guard let bytes = unsafe sqlite3_column_blob(pointer, column) else { return [] }
      let count = Int(unsafe sqlite3_column_bytes(pointer, column))
      return unsafe [UInt8](UnsafeRawBufferPointer(start: bytes, count: count))
    }
  }

  /// What a column of a row can hold.
  package enum Kind { case null, integer, real, text, bytes }

  /// What the column holds in the current row.
  package func kind(_ column: Int32) -> Kind {
    switch unsafe sqlite3_column_type(pointer, column) {
    case SQLITE_INTEGER: .integer
    case SQLITE_FLOAT: .real
    case SQLITE_TEXT: .text
    case SQLITE_NULL: .null
    default: .bytes
    }
  }
}
