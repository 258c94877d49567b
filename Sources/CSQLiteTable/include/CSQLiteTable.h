// CSQLiteTable.h -- tables of SQLite whose rows a program makes while a query runs.

#ifndef CSQLITETABLE_H
#define CSQLITETABLE_H

#include <sqlite3.h>

// What a table does. Every function gets what `open` returned or what was registered; none of them may use the connection.
typedef struct engram_table_calls {
  // Chooses a plan: sets what sqlite3_index_info wants. Returns an SQLite result code.
  int (*plan)(void *table, sqlite3_index_info *info);
  // Makes a cursor; NULL where memory lacks.
  void *(*open)(void *table);
  void (*close)(void *cursor);
  // Goes to the first row of a plan. `words` is what the plan has put into idxStr, or NULL.
  int (*filter)(void *cursor, int number, const char *words, int count, sqlite3_value **values);
  int (*next)(void *cursor);
  int (*is_at_end)(void *cursor);
  void (*column)(void *cursor, sqlite3_context *context, int column);
  sqlite3_int64 (*row)(void *cursor);
  // Lets go of the table.
  void (*release)(void *table);
} engram_table_calls;

// Registers a table that is there without being made, under a name that no other table of the connection has.
// `declaration` is a CREATE TABLE statement. Both it and `calls` must outlive the connection; `table` is released with it.
int engram_table_register(
    sqlite3 *connection, const char *name, const char *declaration, void *table, const engram_table_calls *calls);

// Puts words into a plan, of which SQLite keeps and frees a copy.
int engram_table_set_words(sqlite3_index_info *info, const char *words);

// Gives a text of which SQLite keeps a copy.
void engram_table_result_text(sqlite3_context *context, const char *text, int byte_count);

// Gives a text that stays where it is as long as the connection is open.
void engram_table_result_constant(sqlite3_context *context, const char *text, int byte_count);

#endif
