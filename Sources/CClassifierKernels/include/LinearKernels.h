/* LinearKernels.h -- the inner loops of linear classifiers on dense rows.
 *
 * No function allocates, keeps a pointer, or fails. Every pointer must be valid for the sizes stated, and the regions
 * of one call must not overlap. Where a function takes a `width`, that is a number of columns rounded up to a multiple
 * of ENGRAM_LINEAR_LANES; what stands beyond the columns that count is finite and meets weights of zero. Sums run in a
 * fixed order of lanes, so the same processor gives the same bits however the work is shared out. */
#ifndef ENGRAM_LINEAR_KERNELS_H
#define ENGRAM_LINEAR_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#define ENGRAM_LINEAR_LANES 8
/* The one-vs-rest problems that engram_dual_epoch works on at once. */
#define ENGRAM_DUAL_CLASSES 4

/* taken[i * taken_stride + c] = values[rows[i] * row_stride + c * column_stride] for i < count, c < columns. */
void engram_take_rows_32(const float *values, ptrdiff_t row_stride, ptrdiff_t column_stride, const int32_t *rows,
                         size_t count, size_t columns, double *taken, size_t taken_stride);
void engram_take_rows_64(const double *values, ptrdiff_t row_stride, ptrdiff_t column_stride, const int32_t *rows,
                         size_t count, size_t columns, double *taken, size_t taken_stride);

/* products[i] = sum over c < width of rows[i * stride + c] * weights[c], for i < count. */
void engram_row_products(const double *rows, size_t count, size_t stride, size_t width, const double *weights,
                         double *products);

/* sum[c] += factors[i] * rows[indices[i] * stride + c] for i < count, c < width, in order of i. Unless `packed` is NULL
 * the rows are also copied to packed[i * width + c]. */
void engram_add_rows(const double *rows, size_t stride, size_t width, const int32_t *indices, const double *factors,
                     size_t count, double *sum, double *packed);

/* Sums over the i with m = 1 - margins[i] - step * changes[i] > 0. */
typedef struct {
  double loss;      /* of m * m */
  double slope;     /* of changes[i] * m */
  double curvature; /* of changes[i] * changes[i] */
} engram_hinge_sums;
engram_hinge_sums engram_hinge(const double *margins, const double *changes, size_t count, double step);

/* One pass of dual coordinate descent for the L2-regularised squared hinge (Hsieh et al., ICML 2008, algorithm 1) over
 * the rows in `order`, for ENGRAM_DUAL_CLASSES problems at once that share each row while it is in the cache.
 *
 * norms[i] is the squared length of row i plus `ridge` = 1 / (2 C); targets, +1 or -1, and duals are [row][problem],
 * weights [problem][width]. A problem with a non-zero `done` is left as it is. highest and lowest become the greatest
 * and the least projected gradient that each problem met. */
void engram_dual_epoch(const float *rows, size_t width, const intptr_t *order, size_t count, const double *norms,
                       double ridge, const double *targets, const uint8_t *done, double *duals, double *weights,
                       double *highest, double *lowest);

#endif
