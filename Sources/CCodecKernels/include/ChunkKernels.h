/* ChunkKernels.h -- the inner loops of the column codec; schema/FORMAT.md, "Chunks", says what they compute.
 *
 * No function allocates, keeps a pointer, or fails. Every pointer must be valid for the sizes stated, and the regions
 * of one call must not overlap. `_32` works on the bits of float32 values, `_64` on those of float64 values. */
#ifndef ENGRAM_CHUNK_KERNELS_H
#define ENGRAM_CHUNK_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/* The range of finite values; what `minimum` and `maximum` hold is the ordered integer of a value. */
typedef struct {
  int64_t minimum;
  int64_t maximum;
  size_t finite_count;
} engram_zone;

/* Neighbouring examples of a chunk, and the row that the first of them goes to. */
typedef struct {
  int32_t source;
  int32_t count;
  int64_t destination;
} engram_row_run;

/* The order-0 entropy of `count` bytes, in bits. `count_log[c]` is c * log2(c), for every c up to `count`. */
double engram_entropy_bits(const uint8_t *bytes, size_t count, const double *count_log);

/* The range of `count` values. Where none is finite, `minimum` is INT64_MAX and `maximum` is INT64_MIN. */
engram_zone engram_zone_32(const uint32_t *values, size_t count);
engram_zone engram_zone_64(const uint64_t *values, size_t count);

/* Float64 bits to the float32 bits that engram_widen turns into the same float64 bits; 0 when a value has none. */
int engram_narrow(const uint64_t *values, size_t count, uint32_t *narrowed);

/* Float32 bits to float64 bits by integer arithmetic, so that NaN payloads stay and no mode of the processor counts. */
void engram_widen(const uint32_t *values, size_t count, uint64_t *widened);

/* Float64 to float32, rounded by the processor. */
void engram_round(const double *values, size_t count, float *rounded);

/* Canonical values [example][epoch][statistic] to blocks of [epoch][example], for the examples first ..< end.
 * `values` need no alignment; blocks lie `block_stride` elements apart. */
void engram_gather_32(const uint8_t *values, size_t first, size_t end, size_t example_count, size_t epoch_count,
                      size_t statistic_count, uint32_t *blocks, size_t block_stride);
void engram_gather_64(const uint8_t *values, size_t first, size_t end, size_t example_count, size_t epoch_count,
                      size_t statistic_count, uint64_t *blocks, size_t block_stride);

/* Undoes the gathering, for the examples first ..< end; `values` are those of these examples. */
void engram_ungather_32(const uint32_t *blocks, size_t block_stride, size_t first, size_t end, size_t example_count,
                        size_t epoch_count, size_t statistic_count, uint8_t *values);
void engram_ungather_64(const uint64_t *blocks, size_t block_stride, size_t first, size_t end, size_t example_count,
                        size_t epoch_count, size_t statistic_count, uint8_t *values);

/* Writes examples and epochs of a block of [epoch][example] into a matrix: value (source + i, epochs[k]) of a run goes to
 * base[(destination + i) * example_stride + k * epoch_stride]. */
#define ENGRAM_SCATTER_TILE 16
void engram_scatter_32(const uint32_t *block, size_t example_count, const int32_t *epochs, size_t epoch_total,
                       const engram_row_run *runs, size_t run_count, ptrdiff_t example_stride, ptrdiff_t epoch_stride,
                       uint32_t *base);
void engram_scatter_64(const uint64_t *block, size_t example_count, const int32_t *epochs, size_t epoch_total,
                       const engram_row_run *runs, size_t run_count, ptrdiff_t example_stride, ptrdiff_t epoch_stride,
                       uint64_t *base);

/* The same for rows that lie anywhere and whose epochs are neighbours: value (i, epochs[k]) of every example i goes to
 * rows[i][offset + k], or where rows[i] is NULL nowhere. `sink` has room for `epoch_total` elements. */
void engram_scatter_rows_32(const uint32_t *block, size_t example_count, const int32_t *epochs, size_t epoch_total,
                            uint32_t *const *rows, size_t offset, uint32_t *sink);
void engram_scatter_rows_64(const uint64_t *block, size_t example_count, const int32_t *epochs, size_t epoch_total,
                            uint64_t *const *rows, size_t offset, uint64_t *sink);

#endif
