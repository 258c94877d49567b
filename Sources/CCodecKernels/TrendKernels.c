/* TrendKernels.c -- changes that go on as they were: how far they do, and what is left of them. */
#include "TrendKernels.h"
#include "Ordered.h"
#include "Simd.h"

#include <string.h>

enum { TILE = 256, LEAST = -16, BINS = 64 };

/* The routines below are the same for both widths. A ratio is one division, rounded as IEEE 754 asks, so every processor finds the
 * same median. */
#define ROUTINES(BITS, TYPE, SIGNED, REAL)                                                                             \
  /* For each example the bin of its ratio; those without one get a bin of their own. */                               \
  ENGRAM_INLINE void find_bins_##BITS(const TYPE *restrict then, const TYPE *restrict now, size_t count,               \
                                      uint8_t *restrict bins) {                                                        \
    for (size_t i = 0; i < count; i++) {                                                                               \
      REAL change = (REAL)(SIGNED)unzigzag_##BITS(now[i]), before = (REAL)(SIGNED)unzigzag_##BITS(then[i]);            \
      REAL bin = 16 * change / (before == 0 ? 1 : before) + (REAL)(0.5 - LEAST);                                       \
      bin = bin < 0 ? 0 : bin;                                                                                         \
      bin = bin > BINS - 1 ? BINS - 1 : bin;                                                                           \
      bins[i] = (uint8_t)(before == 0 ? BINS : (int32_t)bin);                                                          \
    }                                                                                                                  \
  }                                                                                                                    \
                                                                                                                       \
  ENGRAM_SIMD int32_t engram_damping_##BITS(const TYPE *then, const TYPE *now, size_t count) {                         \
    /* Two tables, so that neighbours in one bin do not wait for each other. */                                        \
    uint32_t tables[2][BINS + 1];                                                                                      \
    uint8_t bins[TILE];                                                                                                \
    memset(tables, 0, sizeof tables);                                                                                  \
    for (size_t first = 0; first < count; first += TILE) {                                                             \
      size_t here = count - first < TILE ? count - first : TILE;                                                       \
      find_bins_##BITS(then + first, now + first, here, bins);                                                         \
      for (size_t i = 0; i < here; i++) tables[i & 1][bins[i]]++;                                                      \
    }                                                                                                                  \
    uint32_t left = (uint32_t)count - tables[0][BINS] - tables[1][BINS], below = 0;                                    \
    for (int bin = 0; bin < BINS; bin++) {                                                                             \
      below += tables[0][bin] + tables[1][bin];                                                                        \
      if (2 * below >= left) return left == 0 ? 0 : bin + LEAST;                                                       \
    }                                                                                                                  \
    return 0;                                                                                                          \
  }                                                                                                                    \
                                                                                                                       \
  ENGRAM_SIMD int64_t engram_damp_codes_##BITS(const TYPE *restrict then, const TYPE *restrict now, size_t count,      \
                                               int32_t damping, TYPE *restrict codes) {                                \
    /* At most 2^24 codes of 65 bits. */                                                                               \
    TYPE before = 0, after = 0;                                                                                        \
    for (size_t i = 0; i < count; i++) {                                                                               \
      codes[i] = zigzag_##BITS(unzigzag_##BITS(now[i]) - damped_##BITS(unzigzag_##BITS(then[i]), damping));            \
      before += length_of_##BITS(now[i]);                                                                              \
      after += length_of_##BITS(codes[i]);                                                                             \
    }                                                                                                                  \
    return (int64_t)before - (int64_t)after;                                                                           \
  }

ROUTINES(32, uint32_t, int32_t, float)
ROUTINES(64, uint64_t, int64_t, double)
