// Extension.c -- a module and a function for the connections of programs that have loaded this library as an extension.

#include <pthread.h>
#include <string.h>

#include "CSQLiteTable.h"

// The SQLites of this process that have loaded this library: a program rarely has more than two.
enum { MOST_SQLITES = 8 };

typedef struct {
  engram_sqlite_routines routines;
  const char *module, *tables;
} loader;

static loader loaders[MOST_SQLITES];
static int loader_count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void fail(const engram_sqlite_routines *sqlite, sqlite3_context *context, char *message) {
  sqlite->result_error(context, message ? message : "out of memory", -1);
  sqlite->free(message);
}

static int note_row(void *context, int count, char **values, char **names) {
  (void)count;
  (void)values;
  (void)names;
  *(int *)context = 1;
  return 0;
}

// Runs SQL that is freed, and then frees what is said; 0 where it fails, which is told.
static int run(
    const engram_sqlite_routines *sqlite, sqlite3_context *context, char *sql, int *has_row) {
  char *message = NULL;
  int code = sql ? sqlite->exec(sqlite->context_connection(context), sql, has_row ? note_row : NULL, has_row, &message)
                 : SQLITE_NOMEM;
  sqlite->free(sql);
  if (code != SQLITE_OK) fail(sqlite, context, message);
  return code == SQLITE_OK;
}

// Makes the tables of a store as temporary ones. Tables of another store are replaced, tables of somebody else's never are.
static void open_tables(const loader *own, sqlite3_context *context, int count, sqlite3_value **values) {
  const engram_sqlite_routines *sqlite = &own->routines;
  const char *path = count > 0 ? (const char *)sqlite->value_text(values[0]) : NULL;
  if (!path || count > 2 || (count == 2 && sqlite->value_type(values[1]) != SQLITE_INTEGER)) {
    sqlite->result_error(context, "expected the path of a store, and perhaps the number of a commit", -1);
    return;
  }
  char *commit = count == 2 ? sqlite->mprintf(", %lld", sqlite->value_int64(values[1])) : NULL;
  if (count == 2 && !commit) return fail(sqlite, context, NULL);
  // Tables that are open stay so where others cannot be made.
  int is_begun = run(sqlite, context, sqlite->mprintf("SAVEPOINT engram_open"), NULL), done = is_begun;
  for (const char *name = own->tables; done && *name;) {
    int length = (int)(strchr(name, ',') - name);
    int is_ours = 0;
    done = run(
        sqlite, context,
        sqlite->mprintf(
            "SELECT 1 FROM temp.sqlite_master WHERE name = '%.*s' AND sql LIKE 'CREATE VIRTUAL TABLE %% USING %q(%%'",
            length, name, own->module),
        &is_ours);
    if (done && is_ours) done = run(sqlite, context, sqlite->mprintf("DROP TABLE temp.%.*s", length, name), NULL);
    if (done) {
      done = run(
          sqlite, context,
          sqlite->mprintf(
              "CREATE VIRTUAL TABLE temp.%.*s USING %s(%Q, '%.*s'%s)", length, name, own->module, path, length, name,
              commit ? commit : ""),
          NULL);
    }
    name += length + 1;
  }
  sqlite->free(commit);
  if (is_begun && !done) run(sqlite, context, sqlite->mprintf("ROLLBACK TO engram_open"), NULL);
  if (is_begun && !run(sqlite, context, sqlite->mprintf("RELEASE engram_open"), NULL)) done = 0;
  if (done) sqlite->result_text(context, own->tables, (int)strlen(own->tables) - 1, SQLITE_STATIC);
}

// A function of SQL learns by SQLite's own functions what it was made with, and which SQLite calls it must be known before.
#define OPENER(number)                                                                           \
  static void open_##number(sqlite3_context *context, int count, sqlite3_value **values) {       \
    open_tables(&loaders[number], context, count, values);                                       \
  }
OPENER(0)
OPENER(1)
OPENER(2)
OPENER(3)
OPENER(4)
OPENER(5)
OPENER(6)
OPENER(7)

static void (*const openers[MOST_SQLITES])(sqlite3_context *, int, sqlite3_value **) = {
    open_0, open_1, open_2, open_3, open_4, open_5, open_6, open_7};

// The place of an SQLite among the loaders; -1 where there is none.
static int place_of(const engram_sqlite_routines *routines, const char *module, const char *tables) {
  pthread_mutex_lock(&lock);
  int place = 0;
  while (place < loader_count && memcmp(&loaders[place].routines, routines, sizeof *routines) != 0) place++;
  if (place == loader_count) {
    if (loader_count < MOST_SQLITES)
      loaders[loader_count++] = (loader){*routines, module, tables};
    else
      place = -1;
  }
  pthread_mutex_unlock(&lock);
  return place;
}

int engram_extension_add(
    sqlite3 *connection, const void *routines, const char *module, const char *opener, const char *tables,
    engram_table_maker make, const engram_table_calls *calls) {
  engram_sqlite_routines theirs;
  if (!engram_sqlite_routines_of(routines, &theirs)) return SQLITE_ERROR;
  int place = place_of(&theirs, module, tables);
  if (place < 0) return SQLITE_FULL;
  const engram_sqlite_routines *sqlite = &loaders[place].routines;
  int code = engram_table_register_module(connection, module, make, calls, sqlite);
  if (code != SQLITE_OK) return code;
  // A view or a trigger of a database from anyone must not open files.
  return sqlite->create_function(
      connection, opener, -1, SQLITE_UTF8 | SQLITE_DIRECTONLY, NULL, openers[place], NULL, NULL, NULL);
}
