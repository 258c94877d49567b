/* RepeatKernels.h -- runs of codes that came before, as those of networks that start alike; schema/FORMAT.md, "Repeats".
 *
 * A repeat is three numbers of 16 bits, the lowest byte first: how many codes stand for themselves before it, how many are repeated,
 * and how far back they came first, at most as many as there are before; they may overlap. */
#ifndef ENGRAM_REPEAT_KERNELS_H
#define ENGRAM_REPEAT_KERNELS_H

#include <stddef.h>
#include <stdint.h>

enum { ENGRAM_REPEAT_BYTES = 6 };

/* Finds the repeats of at most 65,536 codes. `heads` has room for 2^bits numbers, of which `bits` is at most 24; `repeats` for one
 * of two codes, `alone` for all codes. Returns the number of repeats, and in `alone_count` that of the codes that stand for
 * themselves, which lie in `alone`. */
size_t engram_find_repeats_32(const uint32_t *codes, size_t count, int32_t bits, uint32_t *heads, uint8_t *repeats,
                              uint32_t *alone, size_t *alone_count);
size_t engram_find_repeats_64(const uint64_t *codes, size_t count, int32_t bits, uint32_t *heads, uint8_t *repeats,
                              uint64_t *alone, size_t *alone_count);

/* The codes that repeats make; they cover at most `count`, and `alone`, which needs no alignment, has all others. */
void engram_repeat_codes_32(const uint8_t *repeats, size_t repeat_count, const uint8_t *alone, size_t count,
                            uint32_t *codes);
void engram_repeat_codes_64(const uint8_t *repeats, size_t repeat_count, const uint8_t *alone, size_t count,
                            uint64_t *codes);

/* The number of codes that stand for themselves, or -1 where repeats cover more than `count` or go further back than there are
 * codes. */
int64_t engram_check_repeats(const uint8_t *repeats, size_t repeat_count, size_t count);

#endif
