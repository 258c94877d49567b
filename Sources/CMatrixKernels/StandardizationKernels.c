/* StandardizationKernels.c -- sums of columns, and z-scores. */
#include "MatrixKernels.h"
#include "Simd.h"

#include <string.h>

/* A product and a sum stay two roundings, as NumPy computes them, also where the processor could fuse them. */
#pragma STDC FP_CONTRACT OFF

/* Columns whose sums run side by side. */
#define LANES 8

/* The routines below are the same for both types of values. */
#define ROUTINES(BITS, TYPE)                                                                                           \
  /* `squares` is a constant for each caller: inside a loop, the condition becomes a masked load from NULL. */         \
  ENGRAM_INLINE void column_sums_##BITS(const TYPE *values, const int32_t *rows, size_t row_count,                     \
                                        ptrdiff_t row_stride, ptrdiff_t column_stride, size_t column_count,            \
                                        const double *means, double *sums, int squares) {                              \
    if (column_stride == 1) {                                                                                          \
      for (size_t r = 0; r < row_count; r++) {                                                                         \
        const TYPE *row = values + (rows ? rows[r] : (ptrdiff_t)r) * row_stride;                                       \
        for (size_t c = 0; c < column_count; c++) {                                                                    \
          double value = (double)row[c];                                                                               \
          if (squares) value = (value - means[c]) * (value - means[c]);                                                \
          sums[c] = r == 0 ? value : sums[c] + value;                                                                  \
        }                                                                                                              \
      }                                                                                                                \
      return;                                                                                                          \
    }                                                                                                                  \
    /* The sums of a few columns run side by side, so that an addition need not wait for the one before. */            \
    for (size_t first = 0; first < column_count; first += LANES) {                                                     \
      size_t left = column_count - first, count = left < LANES ? left : LANES;                                         \
      double shift[LANES] = {0}, sum[LANES] = {0};                                                                     \
      const TYPE *columns[LANES];                                                                                      \
      for (size_t c = 0; c < LANES; c++) {                                                                             \
        size_t column = first + (c < count ? c : 0);                                                                   \
        columns[c] = values + (ptrdiff_t)column * column_stride;                                                       \
        if (squares) shift[c] = means[column];                                                                         \
      }                                                                                                                \
      for (size_t r = 0; r < row_count; r++) {                                                                         \
        ptrdiff_t row = (rows ? rows[r] : (ptrdiff_t)r) * row_stride;                                                  \
        for (size_t c = 0; c < LANES; c++) {                                                                           \
          double value = (double)columns[c][row];                                                                      \
          if (squares) value = (value - shift[c]) * (value - shift[c]);                                                \
          sum[c] = r == 0 ? value : sum[c] + value;                                                                    \
        }                                                                                                              \
      }                                                                                                                \
      memcpy(sums + first, sum, count * sizeof(double));                                                               \
    }                                                                                                                  \
  }                                                                                                                    \
                                                                                                                       \
  ENGRAM_SIMD void engram_column_sums_##BITS(const TYPE *values, const int32_t *rows, size_t row_count,                \
                                             ptrdiff_t row_stride, ptrdiff_t column_stride, size_t column_count,       \
                                             const double *means, double *sums) {                                      \
    if (means) column_sums_##BITS(values, rows, row_count, row_stride, column_stride, column_count, means, sums, 1);   \
    else column_sums_##BITS(values, rows, row_count, row_stride, column_stride, column_count, NULL, sums, 0);          \
  }                                                                                                                    \
                                                                                                                       \
  ENGRAM_SIMD void engram_standardize_##BITS(TYPE *values, size_t row_count, ptrdiff_t row_stride,                     \
                                             ptrdiff_t column_stride, size_t column_count, const double *means,        \
                                             const double *scales) {                                                   \
    if (column_stride == 1) {                                                                                          \
      for (size_t r = 0; r < row_count; r++) {                                                                         \
        TYPE *row = values + (ptrdiff_t)r * row_stride;                                                                \
        for (size_t c = 0; c < column_count; c++) row[c] = (TYPE)(((double)row[c] - means[c]) / scales[c]);            \
      }                                                                                                                \
      return;                                                                                                          \
    }                                                                                                                  \
    for (size_t c = 0; c < column_count; c++) {                                                                        \
      TYPE *column = values + (ptrdiff_t)c * column_stride;                                                            \
      double mean = means[c], scale = scales[c];                                                                       \
      for (size_t r = 0; r < row_count; r++) {                                                                         \
        TYPE *value = column + (ptrdiff_t)r * row_stride;                                                              \
        *value = (TYPE)(((double)*value - mean) / scale);                                                              \
      }                                                                                                                \
    }                                                                                                                  \
  }

ROUTINES(32, float)
ROUTINES(64, double)
