/* RandomStartKernels.h -- random starts of many examples at once.
 *
 * No function allocates, keeps a pointer, or fails. Every pointer must be valid for the sizes stated, and the regions
 * of one call must not overlap. */
#ifndef ENGRAM_RANDOM_START_KERNELS_H
#define ENGRAM_RANDOM_START_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/* Where the samples of `count` neighbouring examples start: for seed s = first_seed + i (modulo 2^32), starts[i] is
 * numpy.random.RandomState(s).randint(maximum + 1), or -1 in the rare case (below 1 in 250) that the first 8 draws are
 * all rejected and the caller must draw on. */
void engram_random_starts(uint32_t first_seed, size_t count, uint32_t maximum, int32_t *starts);

#endif
