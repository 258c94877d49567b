/* RowKernels.h -- where the fields of a row of delimited text begin and end. */
#ifndef ENGRAM_ROW_KERNELS_H
#define ENGRAM_ROW_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/* One field: bytes start ..< end of a text. */
struct engram_field {
  uint32_t start;
  uint32_t end;
  /* Whether it stood in quotes, which are left out. */
  uint32_t is_quoted;
};

/*
 * Finds the fields of the row that starts at `start`, if it is plain: no quote, no space around a field, LF or CRLF at its end.
 * At most `capacity` of them are written; `count`, below 2^32, is the length of the text.
 * Returns their number, and sets `next` to the start of the next row; 0 for any other row, and for one without an end.
 */
size_t engram_plain_row(const uint8_t *bytes, size_t count, size_t start, uint8_t delimiter, struct engram_field *fields,
                        size_t capacity, size_t *next);

#endif
