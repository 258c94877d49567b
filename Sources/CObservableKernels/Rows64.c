/* Rows64.c -- the statistics of rows of Float64. */
#include <stdint.h>

typedef double number;
typedef uint64_t bits;
#define SIGN_SHIFT 63
#define MANTISSA_BITS 52
#define ROW_STATISTICS engram_row_statistics_64
#define ROW_NORMS engram_row_norms_64
#define MARK_MISSING engram_mark_missing_64

#include "Rows.h"
