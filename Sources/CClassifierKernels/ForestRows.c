/* ForestRows.c -- rows of a matrix before they go through a forest: copied, and whether they hold numbers only. */
#include "ForestKernels.h"
#include "Simd.h"

/* Not 0 where a value of these rows is NaN or infinite: what is added carries their exponents, and no others, to the highest bit. */
#define SEARCH(BITS, TYPE, FRACTION_BITS)                                                                              \
  ENGRAM_INLINE TYPE search_##BITS(const engram_features *features, const int32_t *rows, size_t count,                 \
                                   size_t column_count) {                                                              \
    const TYPE all_but_sign = (TYPE)-1 >> 1, lowest_of_exponent = (TYPE)1 << FRACTION_BITS;                            \
    TYPE found = 0;                                                                                                    \
    if (features->column_stride == 1) {                                                                                \
      for (size_t i = 0; i < count; i++) {                                                                             \
        const TYPE *row = (const TYPE *)features->values + rows[i] * features->row_stride;                             \
        for (size_t c = 0; c < column_count; c++) found |= (row[c] & all_but_sign) + lowest_of_exponent;               \
      }                                                                                                                \
    } else {                                                                                                           \
      for (size_t c = 0; c < column_count; c++) {                                                                      \
        const TYPE *column = (const TYPE *)features->values + (ptrdiff_t)c * features->column_stride;                  \
        for (size_t i = 0; i < count; i++)                                                                             \
          found |= (column[rows[i] * features->row_stride] & all_but_sign) + lowest_of_exponent;                       \
      }                                                                                                                \
    }                                                                                                                  \
    return found >> (BITS - 1);                                                                                        \
  }

SEARCH(32, uint32_t, 23)
SEARCH(64, uint64_t, 52)

ENGRAM_SIMD int engram_forest_rows_are_finite(const engram_features *features, const int32_t *rows, size_t count,
                                              size_t column_count) {
  return features->is_float64 ? !search_64(features, rows, count, column_count)
                              : !search_32(features, rows, count, column_count);
}

void engram_forest_take_rows(const engram_features *features, const int32_t *rows, size_t count, size_t column_count,
                             void *block) {
  enum { WIDTH = 16 };
  for (size_t first = 0; first < column_count; first += WIDTH) {
    size_t width = column_count - first < WIDTH ? column_count - first : WIDTH;
    for (size_t i = 0; i < count; i++) {
      ptrdiff_t from = rows[i] * features->row_stride + (ptrdiff_t)first * features->column_stride;
      if (features->is_float64) {
        const double *values = (const double *)features->values + from;
        double *to = (double *)block + i * column_count + first;
        for (size_t c = 0; c < width; c++) to[c] = values[(ptrdiff_t)c * features->column_stride];
      } else {
        const float *values = (const float *)features->values + from;
        float *to = (float *)block + i * column_count + first;
        for (size_t c = 0; c < width; c++) to[c] = values[(ptrdiff_t)c * features->column_stride];
      }
    }
  }
}
