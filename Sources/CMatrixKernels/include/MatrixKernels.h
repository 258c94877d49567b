/* MatrixKernels.h -- the inner loops over matrices: extremes, sums of columns, and z-scores.
 *
 * No function allocates, keeps a pointer, or fails. Every pointer must be valid for the sizes stated, and the regions
 * of one call must not overlap. Sums are taken in the order stated, in Float64 and without fused operations, so the
 * bits are the same on every processor. */
#ifndef ENGRAM_MATRIX_KERNELS_H
#define ENGRAM_MATRIX_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/* How many of `count` values are neither NaN nor infinite; the arguments are the bits of the values. */
size_t engram_finite_count_32(const uint32_t *values, size_t count);
size_t engram_finite_count_64(const uint64_t *values, size_t count);

/* sums[c] = sum over the rows, from the first to the last, of x(r, c); or of (x(r, c) - means[c])^2 unless `means` is
 * NULL. The rows are those that `rows` lists, or where it is NULL all from 0 on; there is at least one. Element (r, c)
 * is values[r * row_stride + c * column_stride]. */
void engram_column_sums_32(const float *values, const int32_t *rows, size_t row_count, ptrdiff_t row_stride,
                           ptrdiff_t column_stride, size_t column_count, const double *means, double *sums);
void engram_column_sums_64(const double *values, const int32_t *rows, size_t row_count, ptrdiff_t row_stride,
                           ptrdiff_t column_stride, size_t column_count, const double *means, double *sums);

/* x(r, c) becomes (x(r, c) - means[c]) / scales[c]. */
void engram_standardize_32(float *values, size_t row_count, ptrdiff_t row_stride, ptrdiff_t column_stride,
                           size_t column_count, const double *means, const double *scales);
void engram_standardize_64(double *values, size_t row_count, ptrdiff_t row_stride, ptrdiff_t column_stride,
                           size_t column_count, const double *means, const double *scales);

#endif
