/* ViewKernels.h -- the inner loops of trajectory views: random starts, means, and z-scores.
 *
 * No function allocates, keeps a pointer, or fails. Every pointer must be valid for the sizes stated, and the regions
 * of one call must not overlap. Sums are taken in the order stated, in Float64 and without fused operations, so the
 * bits are the same on every processor. */
#ifndef ENGRAM_VIEW_KERNELS_H
#define ENGRAM_VIEW_KERNELS_H

#include "ChunkKernels.h"

/* Where the samples of `count` neighbouring examples start: for seed s = first_seed + i (modulo 2^32), starts[i] is
 * numpy.random.RandomState(s).randint(maximum + 1), or -1 in the rare case (below 1 in 250) that the first 8 draws are
 * all rejected and the caller must draw on. */
void engram_random_starts(uint32_t first_seed, size_t count, uint32_t maximum, int32_t *starts);

/* As engram_scatter, with a start for each example: sample k of the j-th example over all runs is row
 * epochs[starts[j] + k * step] of the block; where that is -1, nothing is written.
 * `scratch` holds ENGRAM_SCATTER_TILE * axis_total elements. */
void engram_scatter_started_32(const uint32_t *block, size_t example_count, const int32_t *epochs, size_t axis_total,
                               const int32_t *starts, size_t step, size_t sample_total, const engram_row_run *runs,
                               size_t run_count, ptrdiff_t example_stride, ptrdiff_t epoch_stride, uint32_t *base,
                               uint32_t *scratch);
void engram_scatter_started_64(const uint64_t *block, size_t example_count, const int32_t *epochs, size_t axis_total,
                               const int32_t *starts, size_t step, size_t sample_total, const engram_row_run *runs,
                               size_t run_count, ptrdiff_t example_stride, ptrdiff_t epoch_stride, uint64_t *base,
                               uint64_t *scratch);

/* means[j] of the j-th example over all runs: its samples added in order of epoch, divided by their number; NaN where an
 * epoch is -1. `starts` may be NULL, which means zeros. */
void engram_sample_means(const double *block, size_t example_count, const int32_t *epochs, const int32_t *starts,
                         size_t step, size_t sample_total, const engram_row_run *runs, size_t run_count,
                         double *means);

/* sums[c] = sum over the rows, from the first to the last, of x(r, c); or of (x(r, c) - means[c])^2 unless `means` is
 * NULL. Element (r, c) is values[r * row_stride + c * column_stride]; there is at least one row. */
void engram_column_sums_32(const float *values, size_t row_count, ptrdiff_t row_stride, ptrdiff_t column_stride,
                           size_t column_count, const double *means, double *sums);
void engram_column_sums_64(const double *values, size_t row_count, ptrdiff_t row_stride, ptrdiff_t column_stride,
                           size_t column_count, const double *means, double *sums);

/* x(r, c) becomes (x(r, c) - means[c]) / scales[c]. */
void engram_standardize_32(float *values, size_t row_count, ptrdiff_t row_stride, ptrdiff_t column_stride,
                           size_t column_count, const double *means, const double *scales);
void engram_standardize_64(double *values, size_t row_count, ptrdiff_t row_stride, ptrdiff_t column_stride,
                           size_t column_count, const double *means, const double *scales);

#endif
