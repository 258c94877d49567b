// Reading.c -- a function of SQL that reads rows as the numbers of their values. See CTally.h.
//
// As an aggregate it is called for each row inside of SQLite's machine, which takes half as long as a step and a look at each column.

#include <stdlib.h>

#include "Values.h"

#define POINTER_TYPE "engram_tally_reader"

engram_tally_reader *engram_tally_reader_make(size_t columns) {
  engram_tally_reader *reader = calloc(1, sizeof *reader);
  if (!reader) return NULL;
  reader->columns = columns;
  reader->last_place = INT64_MIN;
  reader->values = calloc(columns, sizeof *reader->values);
  reader->numbers = calloc(columns, sizeof *reader->numbers);
  int is_whole = reader->values && reader->numbers;
  for (size_t c = 0; is_whole && c < columns; c++) is_whole = (reader->values[c] = engram_tally_values_make()) != NULL;
  if (is_whole) return reader;
  engram_tally_reader_free(reader);
  return NULL;
}

void engram_tally_reader_free(engram_tally_reader *reader) {
  if (!reader) return;
  for (size_t c = 0; c < reader->columns; c++) {
    if (reader->values) engram_tally_values_free(reader->values[c]);
    if (reader->numbers) free(reader->numbers[c]);
  }
  free(reader->values);
  free(reader->numbers);
  free(reader);
}

static int make_room(engram_tally_reader *reader) {
  if (reader->rows < reader->room) return SQLITE_OK;
  size_t room = reader->room ? 2 * reader->room : 4096;
  for (size_t c = 0; c < reader->columns; c++) {
    uint16_t *numbers = realloc(reader->numbers[c], room * sizeof *numbers);
    if (!numbers) return SQLITE_NOMEM;
    reader->numbers[c] = numbers;
  }
  reader->room = room;
  return SQLITE_OK;
}

// The value of an argument; 0 where it is of another kind, or memory lacks.
static int value_of(sqlite3_value *argument, engram_tally_value *value) {
  *value = (engram_tally_value){.kind = sqlite3_value_type(argument)};
  switch (value->kind) {
  case SQLITE_NULL: return 1;
  case SQLITE_INTEGER: value->integer = sqlite3_value_int64(argument); return 1;
  case SQLITE_FLOAT: value->real = sqlite3_value_double(argument); return 1;
  case SQLITE_TEXT:
    value->text = (const char *)sqlite3_value_text(argument);
    value->byte_count = (size_t)sqlite3_value_bytes(argument);
    return value->text != NULL;
  default: return 0;
  }
}

static void add_row(sqlite3_context *context, int count, sqlite3_value **arguments) {
  engram_tally_reader *reader = count ? sqlite3_value_pointer(arguments[0], POINTER_TYPE) : NULL;
  if (!reader || (size_t)count != reader->columns + 2) {
    sqlite3_result_error_code(context, SQLITE_MISUSE);
    return;
  }
  int64_t place = sqlite3_value_int64(arguments[1]);
  int code = place > reader->last_place ? make_room(reader) : ENGRAM_TALLY_UNFIT;
  reader->last_place = place;
  for (size_t c = 0; code == SQLITE_OK && c < reader->columns; c++) {
    engram_tally_value value;
    code = !value_of(arguments[c + 2], &value)
               ? ENGRAM_TALLY_UNFIT
               : engram_tally_number(reader->values[c], value, &reader->numbers[c][reader->rows]);
  }
  if (code == SQLITE_OK) {
    reader->rows++;
    return;
  }
  reader->code = code;
  sqlite3_result_error_code(context, code == SQLITE_NOMEM ? SQLITE_NOMEM : SQLITE_ABORT);
}

static void finish(sqlite3_context *context) { sqlite3_result_null(context); }

int engram_tally_add_function(sqlite3 *connection) {
  return sqlite3_create_function_v2(
      connection, "engram_tally", -1, SQLITE_UTF8 | SQLITE_DIRECTONLY, NULL, NULL, add_row, finish, NULL);
}

int engram_tally_bind(sqlite3_stmt *statement, int parameter, engram_tally_reader *reader) {
  return sqlite3_bind_pointer(statement, parameter, reader, POINTER_TYPE, NULL);
}
