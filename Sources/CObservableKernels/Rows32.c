/* Rows32.c -- the statistics of rows of Float32. */
#include <stdint.h>

typedef float number;
typedef uint32_t bits;
#define SIGN_SHIFT 31
#define MANTISSA_BITS 23
#define ROW_STATISTICS engram_row_statistics_32
#define ROW_NORMS engram_row_norms_32
#define MARK_MISSING engram_mark_missing_32

#include "Rows.h"
