// Tampering.swift -- changes to a database behind the back of the code under test.

import CSQLite
package import Testing

/// Runs SQL on a database behind the back of the code under test.
package func tamper(_ database: String, _ sql: String, sourceLocation: SourceLocation = #_sourceLocation) {
  var handle: OpaquePointer?
  let opened = unsafe sqlite3_open(database, &handle)
  #expect(opened == SQLITE_OK, sourceLocation: sourceLocation)
  let code = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
  #expect(code == SQLITE_OK, "\(unsafe String(cString: sqlite3_errmsg(handle)))", sourceLocation: sourceLocation)
  unsafe sqlite3_close(handle)
}
