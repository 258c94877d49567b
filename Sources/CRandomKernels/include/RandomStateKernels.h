/* RandomStateKernels.h -- the first draws of many random generators at once.
 *
 * No function allocates, keeps a pointer, or fails. Every pointer must be valid for the sizes stated, and the regions
 * of one call must not overlap. */
#ifndef ENGRAM_RANDOM_STATE_KERNELS_H
#define ENGRAM_RANDOM_STATE_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/* The first bounded draws of `count` neighbouring seeds: for seed s = first_seed + i (modulo 2^32), intervals[i] is
 * numpy.random.RandomState(s).randint(maximum + 1), or -1 in the rare case (below 1 in 250) that the first 8 draws are
 * all rejected and the caller must draw on. `maximum` is below 2^31. */
void engram_first_intervals(uint32_t first_seed, size_t count, uint32_t maximum, int32_t *intervals);

#endif
