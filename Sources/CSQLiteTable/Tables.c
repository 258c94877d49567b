// Tables.c -- an SQLite module whose methods call those of a table that was registered.

#include "CSQLiteTable.h"

#include <stdlib.h>
#include <string.h>

// What is registered: the module's data. A module has a maker of tables, and no table of its own.
typedef struct {
  const engram_sqlite_routines *sqlite;
  const engram_table_calls *calls;
  engram_table_maker make;
  void *table;
  char *declaration;
} registration;

typedef struct {
  sqlite3_vtab base;
  registration *registered;
  void *table;
  // What it needs at its end: where another of the name was registered, the registration is gone before.
  const engram_sqlite_routines *sqlite;
  void (*release)(void *table);
} table;

typedef struct {
  sqlite3_vtab_cursor base;
  void *cursor;
  // The rows at the cursor where they lie in memory, or NULL.
  engram_table_run *run;
} cursor;

static int connect(
    sqlite3 *connection, void *data, int count, const char *const *arguments, sqlite3_vtab **made, char **message) {
  registration *registered = data;
  const engram_sqlite_routines *sqlite = registered->sqlite;
  void *rows = registered->table;
  char *declaration = registered->declaration;
  // The first three arguments are names of the module, the database and the table.
  if (registered->make) {
    int code = registered->make(count - 3, arguments + 3, &rows, &declaration, message, sqlite);
    if (code != SQLITE_OK) return code;
  }
  int code = sqlite->declare_vtab(connection, declaration);
  if (registered->make) sqlite->free(declaration);
  table *own = code == SQLITE_OK ? sqlite->malloc(sizeof *own) : NULL;
  if (!own) {
    if (registered->make) registered->calls->release(rows);
    return code == SQLITE_OK ? SQLITE_NOMEM : code;
  }
  // It reads what the store holds, as any table does; but which store is said by who made it.
  if (!registered->make) sqlite->vtab_config(connection, SQLITE_VTAB_INNOCUOUS);
  memset(own, 0, sizeof *own);
  own->registered = registered;
  own->table = rows;
  own->sqlite = sqlite;
  own->release = registered->make ? registered->calls->release : NULL;
  *made = &own->base;
  return SQLITE_OK;
}

static int disconnect(sqlite3_vtab *base) {
  table *own = (table *)base;
  if (own->release) own->release(own->table);
  own->sqlite->free(own);
  return SQLITE_OK;
}

static registration *registration_of(sqlite3_vtab_cursor *base) { return ((table *)base->pVtab)->registered; }

static int best_index(sqlite3_vtab *base, sqlite3_index_info *info) {
  table *own = (table *)base;
  return own->registered->calls->plan(own->table, info, own->registered->sqlite);
}

static int open_cursor(sqlite3_vtab *base, sqlite3_vtab_cursor **made) {
  table *of = (table *)base;
  cursor *own = of->registered->sqlite->malloc(sizeof *own);
  if (!own) return SQLITE_NOMEM;
  memset(own, 0, sizeof *own);
  own->cursor = of->registered->calls->open(of->table);
  if (!own->cursor) {
    of->registered->sqlite->free(own);
    return SQLITE_NOMEM;
  }
  own->run = of->registered->calls->run(own->cursor);
  *made = &own->base;
  return SQLITE_OK;
}

static int close_cursor(sqlite3_vtab_cursor *base) {
  cursor *own = (cursor *)base;
  registration_of(base)->calls->close(own->cursor);
  registration_of(base)->sqlite->free(own);
  return SQLITE_OK;
}

static void keep_message(void *context, const char *text) {
  table *of = context;
  of->registered->sqlite->free(of->base.zErrMsg);
  of->base.zErrMsg = engram_sqlite_copy(text, of->registered->sqlite);
}

// The code, with what went wrong as the message of the table.
static int told(sqlite3_vtab_cursor *base, int code) {
  table *of = (table *)base->pVtab;
  if (code != SQLITE_OK) of->registered->calls->failure(of->table, of, keep_message);
  return code;
}

static int filter(sqlite3_vtab_cursor *base, int number, const char *words, int count, sqlite3_value **values) {
  (void)number;
  registration *registered = registration_of(base);
  return told(
      base, registered->calls->filter(((cursor *)base)->cursor, words, count, values, registered->sqlite));
}

static int next(sqlite3_vtab_cursor *base) {
  engram_table_run *run = ((cursor *)base)->run;
  if (run && run->left > 1) {
    run->left--;
    run->place++;
    run->row += run->step;
    return SQLITE_OK;
  }
  return told(base, registration_of(base)->calls->next(((cursor *)base)->cursor));
}

static int is_at_end(sqlite3_vtab_cursor *base) {
  const engram_table_run *run = ((cursor *)base)->run;
  return run ? run->left == 0 : registration_of(base)->calls->is_at_end(((cursor *)base)->cursor);
}

static int column(sqlite3_vtab_cursor *base, sqlite3_context *context, int number) {
  registration *registered = registration_of(base);
  const engram_sqlite_routines *sqlite = registered->sqlite;
  const engram_table_run *run = ((cursor *)base)->run;
  if (!run) {
    registered->calls->column(((cursor *)base)->cursor, context, number, sqlite);
    return SQLITE_OK;
  }
  const engram_table_cell *cell = &run->cells[number];
  switch (cell->kind) {
  case ENGRAM_CELL_REALS: sqlite->result_double(context, cell->reals[run->place * cell->stride]); break;
  case ENGRAM_CELL_INTEGER: sqlite->result_int64(context, cell->integer + run->place * cell->step); break;
  case ENGRAM_CELL_TEXT: sqlite->result_text(context, cell->text, cell->byte_count, SQLITE_STATIC); break;
  default: sqlite->result_null(context);
  }
  return SQLITE_OK;
}

static int row(sqlite3_vtab_cursor *base, sqlite3_int64 *number) {
  const engram_table_run *run = ((cursor *)base)->run;
  *number = run ? run->row : registration_of(base)->calls->row(((cursor *)base)->cursor);
  return SQLITE_OK;
}

#define METHODS \
  .iVersion = 0, .xConnect = connect, .xBestIndex = best_index, .xDisconnect = disconnect, .xOpen = open_cursor, \
  .xClose = close_cursor, .xFilter = filter, .xNext = next, .xEof = is_at_end, .xColumn = column, .xRowid = row

// Without xCreate the table is there by itself.
static const sqlite3_module table_module = {METHODS};
static const sqlite3_module made_module = {.xCreate = connect, .xDestroy = disconnect, METHODS};

static void release(void *data) {
  registration *registered = data;
  if (registered->table) registered->calls->release(registered->table);
  free(registered->declaration);
  free(registered);
}

int engram_table_register(
    sqlite3 *connection, const char *name, const char *declaration, void *table, const engram_table_calls *calls) {
  registration *registered = calloc(1, sizeof *registered);
  char *kept = strdup(declaration);
  if (!registered || !kept) {
    free(registered);
    free(kept);
    calls->release(table);
    return SQLITE_NOMEM;
  }
  *registered = (registration){&engram_own_sqlite, calls, NULL, table, kept};
  // Where it fails, SQLite lets go of the data.
  return sqlite3_create_module_v2(connection, name, &table_module, registered, release);
}

int engram_table_register_module(
    sqlite3 *connection, const char *name, engram_table_maker make, const engram_table_calls *calls,
    const engram_sqlite_routines *sqlite) {
  registration *registered = calloc(1, sizeof *registered);
  if (!registered) return SQLITE_NOMEM;
  *registered = (registration){sqlite, calls, make, NULL, NULL};
  return sqlite->create_module(connection, name, &made_module, registered, release);
}

int engram_table_set_words(sqlite3_index_info *info, const char *words, const engram_sqlite_routines *sqlite) {
  info->idxStr = engram_sqlite_copy(words, sqlite);
  info->needToFreeIdxStr = 1;
  return info->idxStr ? SQLITE_OK : SQLITE_NOMEM;
}

void engram_table_result_text(
    sqlite3_context *context, const char *text, int byte_count, const engram_sqlite_routines *sqlite) {
  sqlite->result_text(context, text, byte_count, SQLITE_TRANSIENT);
}

void engram_table_result_constant(
    sqlite3_context *context, const char *text, int byte_count, const engram_sqlite_routines *sqlite) {
  sqlite->result_text(context, text, byte_count, SQLITE_STATIC);
}

char *engram_sqlite_copy(const char *text, const engram_sqlite_routines *sqlite) { return sqlite->mprintf("%s", text); }
