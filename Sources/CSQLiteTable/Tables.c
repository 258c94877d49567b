// Tables.c -- an SQLite module whose methods call those of a table that was registered.

#include "CSQLiteTable.h"

#include <stdlib.h>
#include <string.h>

// What is registered: the module's data.
typedef struct {
  void *table;
  const engram_table_calls *calls;
  char *declaration;
} registration;

typedef struct {
  sqlite3_vtab base;
  registration *registered;
} table;

typedef struct {
  sqlite3_vtab_cursor base;
  void *cursor;
  const engram_table_calls *calls;
} cursor;

static int connect(
    sqlite3 *connection, void *data, int count, const char *const *arguments, sqlite3_vtab **made, char **message) {
  (void)count;
  (void)arguments;
  (void)message;
  registration *registered = data;
  int code = sqlite3_declare_vtab(connection, registered->declaration);
  if (code != SQLITE_OK) return code;
  // It reads what the store holds, as any table does.
  sqlite3_vtab_config(connection, SQLITE_VTAB_INNOCUOUS);
  table *own = sqlite3_malloc(sizeof *own);
  if (!own) return SQLITE_NOMEM;
  memset(own, 0, sizeof *own);
  own->registered = registered;
  *made = &own->base;
  return SQLITE_OK;
}

static int disconnect(sqlite3_vtab *base) {
  sqlite3_free(base);
  return SQLITE_OK;
}

static int best_index(sqlite3_vtab *base, sqlite3_index_info *info) {
  registration *registered = ((table *)base)->registered;
  return registered->calls->plan(registered->table, info);
}

static int open_cursor(sqlite3_vtab *base, sqlite3_vtab_cursor **made) {
  registration *registered = ((table *)base)->registered;
  cursor *own = sqlite3_malloc(sizeof *own);
  if (!own) return SQLITE_NOMEM;
  memset(own, 0, sizeof *own);
  own->calls = registered->calls;
  own->cursor = registered->calls->open(registered->table);
  if (!own->cursor) {
    sqlite3_free(own);
    return SQLITE_NOMEM;
  }
  *made = &own->base;
  return SQLITE_OK;
}

static int close_cursor(sqlite3_vtab_cursor *base) {
  cursor *own = (cursor *)base;
  own->calls->close(own->cursor);
  sqlite3_free(own);
  return SQLITE_OK;
}

static int filter(sqlite3_vtab_cursor *base, int number, const char *words, int count, sqlite3_value **values) {
  cursor *own = (cursor *)base;
  return own->calls->filter(own->cursor, number, words, count, values);
}

static int next(sqlite3_vtab_cursor *base) {
  cursor *own = (cursor *)base;
  return own->calls->next(own->cursor);
}

static int is_at_end(sqlite3_vtab_cursor *base) {
  cursor *own = (cursor *)base;
  return own->calls->is_at_end(own->cursor);
}

static int column(sqlite3_vtab_cursor *base, sqlite3_context *context, int number) {
  cursor *own = (cursor *)base;
  own->calls->column(own->cursor, context, number);
  return SQLITE_OK;
}

static int row(sqlite3_vtab_cursor *base, sqlite3_int64 *number) {
  cursor *own = (cursor *)base;
  *number = own->calls->row(own->cursor);
  return SQLITE_OK;
}

static const sqlite3_module module = {
    // Without xCreate the table is there by itself.
    .iVersion = 0,
    .xConnect = connect,
    .xBestIndex = best_index,
    .xDisconnect = disconnect,
    .xOpen = open_cursor,
    .xClose = close_cursor,
    .xFilter = filter,
    .xNext = next,
    .xEof = is_at_end,
    .xColumn = column,
    .xRowid = row,
};

static void release(void *data) {
  registration *registered = data;
  registered->calls->release(registered->table);
  free(registered->declaration);
  free(registered);
}

int engram_table_register(
    sqlite3 *connection, const char *name, const char *declaration, void *table, const engram_table_calls *calls) {
  registration *registered = malloc(sizeof *registered);
  char *kept = strdup(declaration);
  if (!registered || !kept) {
    free(registered);
    free(kept);
    calls->release(table);
    return SQLITE_NOMEM;
  }
  registered->table = table;
  registered->calls = calls;
  registered->declaration = kept;
  // Where it fails, SQLite lets go of the data.
  return sqlite3_create_module_v2(connection, name, &module, registered, release);
}

int engram_table_set_words(sqlite3_index_info *info, const char *words) {
  info->idxStr = sqlite3_mprintf("%s", words);
  info->needToFreeIdxStr = 1;
  return info->idxStr ? SQLITE_OK : SQLITE_NOMEM;
}

void engram_table_result_text(sqlite3_context *context, const char *text, int byte_count) {
  sqlite3_result_text(context, text, byte_count, SQLITE_TRANSIENT);
}

void engram_table_result_constant(sqlite3_context *context, const char *text, int byte_count) {
  sqlite3_result_text(context, text, byte_count, SQLITE_STATIC);
}
