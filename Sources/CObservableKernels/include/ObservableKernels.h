/* ObservableKernels.h -- the statistics of rows of numbers, and where NaN stands among them.
 *
 * No function allocates, keeps a pointer, or fails. Every pointer must be valid for the sizes stated, and the regions
 * of one call must not overlap. Sums are taken in Float64, in an order that depends on the length of a row alone, and
 * without fused operations, so the bits are the same on every processor. */
#ifndef ENGRAM_OBSERVABLE_KERNELS_H
#define ENGRAM_OBSERVABLE_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/* Statistics of a row: of |x|, of x and of x*x, each kurtosis, mean, median, norm, skewness, third quartile, variance. */
#define ENGRAM_ROW_STATISTICS 21

/* Values that are kept of one that is looked for by its rank, and how many elements the scratch memory has. */
#define ENGRAM_KEPT_VALUES 16384
#define ENGRAM_SCRATCH_COUNT 81921

/* The statistics of `row_count` rows of `column_count` values each, at least 1 and below 2^32.
 *
 * statistics[r * ENGRAM_ROW_STATISTICS + i] is the i-th of row r. Median and third quartile are the values that stand at
 * (n-1)/2 and (n-1)/4, rounded half to even, counted from the greatest; NaN where a value is. Mean and variance take a
 * pass each. Where all values of a row are one finite value the mean is that value and the variance is 0. */
void engram_row_statistics_32(const float *values, size_t row_count, size_t column_count, uint32_t *scratch,
                              double *statistics);
void engram_row_statistics_64(const double *values, size_t row_count, size_t column_count, uint64_t *scratch,
                              double *statistics);

/* norms[2r] is the Euclidean norm of row r, norms[2r + 1] that of its squares. */
void engram_row_norms_32(const float *values, size_t row_count, size_t column_count, double *norms);
void engram_row_norms_64(const double *values, size_t row_count, size_t column_count, double *norms);

/* Looks for NaN. is_missing[c] is set to 1 where column c has one in a row that is not NaN throughout; other elements of
 * it are left as they are. Returns the number of rows that are NaN throughout, and sets is_empty[r] for each row. */
size_t engram_mark_missing_32(const float *values, size_t row_count, size_t column_count, uint8_t *is_missing,
                              uint8_t *is_empty);
size_t engram_mark_missing_64(const double *values, size_t row_count, size_t column_count, uint8_t *is_missing,
                              uint8_t *is_empty);

#endif
