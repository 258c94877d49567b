// CSQLiteTable.h -- tables of SQLite whose rows a program makes while a query runs.
//
// A process may hold several SQLites: ours, and that of a program which has loaded this library as an extension. So every function
// of SQLite that tables need is called through a list of them.

#ifndef CSQLITETABLE_H
#define CSQLITETABLE_H

#include <sqlite3.h>

// The functions of one SQLite.
typedef struct engram_sqlite_routines {
  void *(*malloc)(int);
  void (*free)(void *);
  char *(*mprintf)(const char *, ...);
  int (*create_module)(sqlite3 *, const char *, const sqlite3_module *, void *, void (*)(void *));
  int (*declare_vtab)(sqlite3 *, const char *);
  int (*vtab_config)(sqlite3 *, int, ...);
  const char *(*vtab_collation)(sqlite3_index_info *, int);
  int (*value_type)(sqlite3_value *);
  sqlite3_int64 (*value_int64)(sqlite3_value *);
  double (*value_double)(sqlite3_value *);
  const unsigned char *(*value_text)(sqlite3_value *);
  void (*result_null)(sqlite3_context *);
  void (*result_int64)(sqlite3_context *, sqlite3_int64);
  void (*result_double)(sqlite3_context *, double);
  void (*result_text)(sqlite3_context *, const char *, int, void (*)(void *));
  void (*result_error)(sqlite3_context *, const char *, int);
  int (*create_function)(
      sqlite3 *, const char *, int, int, void *, void (*)(sqlite3_context *, int, sqlite3_value **),
      void (*)(sqlite3_context *, int, sqlite3_value **), void (*)(sqlite3_context *), void (*)(void *));
  sqlite3 *(*context_connection)(sqlite3_context *);
  int (*exec)(sqlite3 *, const char *, int (*)(void *, int, char **, char **), void *, char **);
} engram_sqlite_routines;

// The functions of the SQLite that this library is linked with.
extern const engram_sqlite_routines engram_own_sqlite;

// Makes the list of the functions of an SQLite that has loaded an extension, of its `sqlite3_api_routines`. Returns 0 where it is too
// old to have them all (3.22).
int engram_sqlite_routines_of(const void *theirs, engram_sqlite_routines *routines);

// What a column holds in a run of rows.
typedef struct engram_table_cell {
  // Which of the others counts; 0 is NULL.
  enum { ENGRAM_CELL_NULL, ENGRAM_CELL_INTEGER, ENGRAM_CELL_TEXT, ENGRAM_CELL_REALS } kind;
  // Bytes of a text.
  int byte_count;
  // A whole number, which grows by a step from row to row.
  sqlite3_int64 integer, step;
  // A text that stays where it is as long as the connection is open, the same in each row.
  const char *text;
  // A number for each row, so many apart; NaN is NULL.
  const double *reals;
  sqlite3_int64 stride;
} engram_table_cell;

// Rows one after the other that lie in memory: SQLite reads them without a call of the cursor for each.
typedef struct engram_table_run {
  // The rows from the one at the cursor to the end of the run; 0 where the cursor is at its end.
  sqlite3_int64 left;
  // The place of the row at the cursor in the run, and its number, which grows by a step from row to row.
  sqlite3_int64 place, row, step;
  // A cell for each column.
  engram_table_cell *cells;
} engram_table_run;

// What a table does. Every function gets what `open` returned or what was registered; none of them may use the connection.
typedef struct engram_table_calls {
  // Chooses a plan: sets what sqlite3_index_info wants. Returns an SQLite result code.
  int (*plan)(void *table, sqlite3_index_info *info, const engram_sqlite_routines *sqlite);
  // Makes a cursor; NULL where memory lacks.
  void *(*open)(void *table);
  void (*close)(void *cursor);
  // The run of the rows at a cursor, which stays where it is; NULL where a cursor is asked for each row. `next` is then called at the
  // last row of the run alone, and neither `is_at_end`, `column` nor `row` is.
  engram_table_run *(*run)(void *cursor);
  // Goes to the first row of a plan. `words` is what the plan has put into idxStr, or NULL.
  int (*filter)(
      void *cursor, const char *words, int count, sqlite3_value **values, const engram_sqlite_routines *sqlite);
  int (*next)(void *cursor);
  int (*is_at_end)(void *cursor);
  void (*column)(void *cursor, sqlite3_context *context, int column, const engram_sqlite_routines *sqlite);
  sqlite3_int64 (*row)(void *cursor);
  // Lends what went wrong in the cursor that said so last to a function; calls it with nothing where nothing did.
  void (*failure)(void *table, void *context, void (*lend)(void *context, const char *text));
  // Lets go of the table.
  void (*release)(void *table);
} engram_table_calls;

// Registers a table that is there without being made, under a name that no other table of the connection has.
// `declaration` is a CREATE TABLE statement. `calls` must outlive the connection; `table` is released with it.
int engram_table_register(
    sqlite3 *connection, const char *name, const char *declaration, void *table, const engram_table_calls *calls);

// What makes the tables of a module. `make` gets the words in the brackets of CREATE VIRTUAL TABLE, and sets a table with its
// declaration, which is copied, or else what is wrong, which it frees by `sqlite->free`.
typedef int (*engram_table_maker)(
    int count, const char *const *words, void **table, char **declaration, char **message,
    const engram_sqlite_routines *sqlite);

// Registers a module whose tables are made by CREATE VIRTUAL TABLE. `sqlite` and `calls` must outlive the connection.
int engram_table_register_module(
    sqlite3 *connection, const char *name, engram_table_maker make, const engram_table_calls *calls,
    const engram_sqlite_routines *sqlite);

// Adds a module and a function to a connection of a program that has loaded this library. The function gets a path and perhaps a
// number, and makes tables by that module; `tables` are their names, with a comma after each. Everything given must stay as it is.
int engram_extension_add(
    sqlite3 *connection, const void *routines, const char *module, const char *opener, const char *tables,
    engram_table_maker make, const engram_table_calls *calls);

// Puts words into a plan, of which SQLite keeps and frees a copy.
int engram_table_set_words(sqlite3_index_info *info, const char *words, const engram_sqlite_routines *sqlite);

// Gives a text of which SQLite keeps a copy.
void engram_table_result_text(
    sqlite3_context *context, const char *text, int byte_count, const engram_sqlite_routines *sqlite);

// Gives a text that stays where it is as long as the connection is open.
void engram_table_result_constant(
    sqlite3_context *context, const char *text, int byte_count, const engram_sqlite_routines *sqlite);

// A copy of a text that SQLite frees; NULL where memory lacks.
char *engram_sqlite_copy(const char *text, const engram_sqlite_routines *sqlite);

#endif
