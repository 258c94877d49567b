/* SampleKernels.h -- samples and their means, from a start of each example's own.
 *
 * No function allocates, keeps a pointer, or fails. Every pointer must be valid for the sizes stated, and the regions
 * of one call must not overlap. Sums are taken in the order stated, in Float64 and without fused operations, so the
 * bits are the same on every processor. */
#ifndef ENGRAM_SAMPLE_KERNELS_H
#define ENGRAM_SAMPLE_KERNELS_H

#include "ChunkKernels.h"

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

#endif
