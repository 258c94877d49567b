// Connection+Tables.swift -- registering tables whose rows a program makes.

package import Base
import CSQLite
import CSQLiteTable

extension Connection {
  /// Registers a table, which is there without being made as long as the connection is open.
  ///
  /// - Throws: Code `limit` when memory lacks, `usage` when its declaration is wrong.
  package func register(_ table: any VirtualTable) throws(EngramError) {
    let held = TableBox(table)
    // SAFETY: the handle is open; SQLite copies the name, C code the declaration; the box is released with the connection,
    // and the calls are a constant of the process.
    let code = unsafe engram_table_register(
      handle.pointer, table.name, table.declaration, Unmanaged.passRetained(held).toOpaque(), TableCalls.all)
    if code != SQLITE_OK { throw handle.error(code, sql: table.declaration) }
    // The first use declares the columns, which an authorizer would take for a change of the schema.
    _ = try prepare("SELECT 1 FROM \"\(table.name)\"")
  }
}
