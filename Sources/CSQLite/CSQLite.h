// CSQLite.h -- SQLite as the Catalog room sees it: its header, and what Swift cannot import from it.

#include <sqlite3.h>

/// Switches a connection-wide option on or off; sqlite3_db_config itself takes C varargs, which Swift cannot call.
static inline int engram_sqlite_switch(sqlite3 *connection, int option, int on) {
  return sqlite3_db_config(connection, option, on, (int *)0);
}

/// Binds text or a blob of which SQLite keeps a copy; the constant SQLITE_TRANSIENT is a cast, which Swift does not import.
static inline int engram_sqlite_bind_text(sqlite3_stmt *statement, int index, const char *text, int byte_count) {
  return sqlite3_bind_text(statement, index, text, byte_count, SQLITE_TRANSIENT);
}
static inline int engram_sqlite_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, sqlite3_uint64 count) {
  return sqlite3_bind_blob64(statement, index, bytes, count, SQLITE_TRANSIENT);
}
