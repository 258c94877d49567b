/* TrendKernels.h -- changes that go on as they were; schema/FORMAT.md, "Residuals".
 *
 * No function allocates, keeps a pointer, or fails. `then` and `now` are the codes of the same examples at two epochs, one after the
 * other; codes are zigzag numbers of changes. */
#ifndef ENGRAM_TREND_KERNELS_H
#define ENGRAM_TREND_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/* By how many sixteenths of themselves changes go on: the median over the examples whose change was not zero, from -16 to 47. */
int32_t engram_damping_32(const uint32_t *then, const uint32_t *now, size_t count);
int32_t engram_damping_64(const uint64_t *then, const uint64_t *now, size_t count);

/* The codes of what `damping` sixteenths of the changes before leave of the changes now. Returns by how many bits they are shorter
 * than `now`, all together. */
int64_t engram_damp_codes_32(const uint32_t *then, const uint32_t *now, size_t count, int32_t damping, uint32_t *codes);
int64_t engram_damp_codes_64(const uint64_t *then, const uint64_t *now, size_t count, int32_t damping, uint64_t *codes);

#endif
