/* NeighbourKernels.c -- distances between examples. */
#include "NeighbourKernels.h"

#include <math.h>

/* Rows that are handled together, so that what is written stays in the cache while columns are read one by one. */
#define ROW_TILE 128

/* What keeps a quotient finite; its inverse hyperbolic sine is 691. */
#define LARGEST 1e300

#define SQUASH(name, type)                                                                                           \
  void name(const type *values, size_t row_count, ptrdiff_t row_stride, ptrdiff_t column_stride, size_t column_count, \
            const double *centres, const double *scales, float *out, float *squared_norms) {                         \
    for (size_t start = 0; start < row_count; start += ROW_TILE) {                                                   \
      size_t end = start + ROW_TILE < row_count ? start + ROW_TILE : row_count;                                      \
      for (size_t r = start; r < end; r++) squared_norms[r] = 0;                                                     \
      for (size_t c = 0; c < column_count; c++) {                                                                    \
        const type *column = values + (ptrdiff_t)c * column_stride;                                                  \
        for (size_t r = start; r < end; r++) {                                                                       \
          double scaled = ((double)column[(ptrdiff_t)r * row_stride] - centres[c]) / scales[c];                      \
          float z = (float)asinh(fmin(fmax(scaled, -LARGEST), LARGEST));                                             \
          out[r * column_count + c] = z;                                                                             \
          squared_norms[r] += z * z;                                                                                 \
        }                                                                                                            \
      }                                                                                                              \
    }                                                                                                                \
  }

SQUASH(engram_squash_32, float)
SQUASH(engram_squash_64, double)

void engram_nearest_of_groups(const float *dots, const float *squared_norms, const int32_t *groups, size_t count,
                              float query_norm, int32_t first_row, float *nearest, int32_t *rows) {
  for (size_t j = 0; j < count; j++) {
    float distance = query_norm - 2 * dots[j] + squared_norms[j];
    int32_t group = groups[j];
    if (distance < nearest[group]) {
      nearest[group] = distance;
      rows[group] = first_row + (int32_t)j;
    }
  }
}
