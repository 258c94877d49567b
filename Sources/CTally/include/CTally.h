// CTally.h -- rows counted by the values of few columns: each different value of a column is a small number.
#ifndef ENGRAM_TALLY_H
#define ENGRAM_TALLY_H

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

// Different values that a column may have.
#define ENGRAM_TALLY_MOST_VALUES 65536

// A value of a column. Text is of the column's memory, is not terminated, and may hold any byte.
typedef struct engram_tally_value {
  int kind;  // SQLITE_NULL, SQLITE_INTEGER, SQLITE_FLOAT or SQLITE_TEXT
  union {
    int64_t integer;
    double real;
    uint64_t bits;
  };
  const char *text;
  size_t byte_count;
} engram_tally_value;

// The different values of a column, in the order in which they were met.
typedef struct engram_tally_values engram_tally_values;

// No values, or NULL where memory lacks.
engram_tally_values *engram_tally_values_make(void);
void engram_tally_values_free(engram_tally_values *values);
size_t engram_tally_value_count(const engram_tally_values *values);
engram_tally_value engram_tally_value_at(const engram_tally_values *values, size_t number);

// A column has too many different values, or one that is neither number nor text nor NULL; or rows come out of order.
#define ENGRAM_TALLY_UNFIT (-1)

// Columns while rows are read.
typedef struct engram_tally_reader {
  size_t columns, rows;
  // For each column its values, and the numbers of the rows' values.
  engram_tally_values **values;
  uint16_t **numbers;
  // SQLITE_OK, ENGRAM_TALLY_UNFIT or SQLITE_NOMEM; what is not SQLITE_OK ended the reading.
  int code;
  size_t room;
  int64_t last_place;
} engram_tally_reader;

// A reader of columns, or NULL where memory lacks.
engram_tally_reader *engram_tally_reader_make(size_t columns);
void engram_tally_reader_free(engram_tally_reader *reader);

// Gives a connection the function of SQL engram_tally(READER, PLACE, COLUMN, …), which puts all rows into the reader; places must ascend,
// else the rows are unfit.
int engram_tally_add_function(sqlite3 *connection);

// Binds the reader of a statement that calls it.
int engram_tally_bind(sqlite3_stmt *statement, int parameter, engram_tally_reader *reader);

// Counts rows by the numbers of their values: place p of `counts` is of the combination whose numbers are the digits of p, the last
// column's running fastest, in the number system that `sizes` is. Counts are zeros before.
//
// Places that have a row are put into `places` in the order of their first rows. Returns how many there are.
size_t engram_tally_count(
    const uint16_t *const *numbers, const uint32_t *sizes, size_t columns, size_t rows, uint32_t *counts, uint32_t *places);

// Numbers the combinations of values in the order of their first rows, and gives the number of each row in `kinds`. `known` has a place for each
// combination, zeros before; `places` as in engram_tally_count. Returns how many there are.
size_t engram_tally_kinds(
    const uint16_t *const *numbers, const uint32_t *sizes, size_t columns, size_t rows, uint32_t *known, uint32_t *places,
    uint32_t *kinds);

#endif
