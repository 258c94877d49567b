/* NeighbourKernels.h -- the inner loops of distances between examples.
 *
 * No function allocates, keeps a pointer, or fails. Every pointer must be valid for the sizes stated, and the regions
 * of one call must not overlap. */
#ifndef ENGRAM_NEIGHBOUR_KERNELS_H
#define ENGRAM_NEIGHBOUR_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/* out(r, c) = asinh((x(r, c) - centres[c]) / scales[c]), row-major and dense, for x(r, c) = values[r * row_stride +
 * c * column_stride]; squared_norms[r] = the sum of the squares of row r of `out`, from the first column to the last. */
void engram_squash_32(const float *values, size_t row_count, ptrdiff_t row_stride, ptrdiff_t column_stride,
                      size_t column_count, const double *centres, const double *scales, float *out,
                      float *squared_norms);
void engram_squash_64(const double *values, size_t row_count, ptrdiff_t row_stride, ptrdiff_t column_stride,
                      size_t column_count, const double *centres, const double *scales, float *out,
                      float *squared_norms);

/* One query against `count` rows, of which `dots` are its scalar products and `squared_norms` the rows' own. Where the
 * squared distance query_norm - 2 dot + norm is below nearest[groups[j]], it is put there, and first_row + j into
 * rows[groups[j]]; rounding may leave it just below 0. */
void engram_nearest_of_groups(const float *dots, const float *squared_norms, const int32_t *groups, size_t count,
                              float query_norm, int32_t first_row, float *nearest, int32_t *rows);

#endif
