// Tampering.swift -- changes to a database behind the back of the code under test.

import CSQLite
import CSQLiteGuard
package import Testing

/// Runs SQL on a database behind the back of the code under test.
package func tamper(_ database: String, _ sql: String, sourceLocation: SourceLocation = #_sourceLocation) {
  // What the product sets up is set up before the first use of SQLite in a process.
  _ = engram_sqlite_guard()
  var handle: OpaquePointer?
  let opened = unsafe sqlite3_open(database, &handle)
  #expect(opened == SQLITE_OK, sourceLocation: sourceLocation)
  let code = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
  #expect(code == SQLITE_OK, "\(unsafe String(cString: sqlite3_errmsg(handle)))", sourceLocation: sourceLocation)
  unsafe sqlite3_close(handle)
}

/// What SQLite answers by itself to a statement with one row and one column of text; nil for NULL and for an error.
package func stockAnswer(_ sql: String) -> String? {
  _ = engram_sqlite_guard()
  var handle: OpaquePointer?
  var statement: OpaquePointer?
  unsafe sqlite3_open(":memory:", &handle)
  defer {
    unsafe sqlite3_finalize(statement)
    unsafe sqlite3_close(handle)
  }
  unsafe sqlite3_prepare_v2(handle, sql, -1, &statement, nil)
  guard unsafe sqlite3_step(statement) == SQLITE_ROW, let text = unsafe sqlite3_column_text(statement, 0) else {
    return nil
  }
  return unsafe String(cString: text)
}

/// SQLite as it is, reading a database in a transaction until it is closed; the last to close brings the log into the file.
@safe package final class StockReader {
  // SAFETY: open from init to deinit, and used by nobody else.
  private var handle: OpaquePointer?

  /// Opens a database for reading and writing, and reads.
  package init(_ database: String, sourceLocation: SourceLocation = #_sourceLocation) {
    _ = engram_sqlite_guard()
    unsafe sqlite3_open(database, &handle)
    let code = unsafe sqlite3_exec(handle, "BEGIN; SELECT count(*) FROM sqlite_schema", nil, nil, nil)
    #expect(code == SQLITE_OK, sourceLocation: sourceLocation)
  }

  deinit { unsafe sqlite3_close(handle) }
}
