/* Ordered.h -- floats as integers that compare as they do, and small codes for small differences. */
#ifndef ENGRAM_ORDERED_H
#define ENGRAM_ORDERED_H

#include "Simd.h"

#include <stdint.h>

/* Ordered integers compare as the floats do: the bits of a negative number but its sign are inverted. Self-inverse. */
ENGRAM_INLINE uint32_t ordered_32(uint32_t bits) { return bits ^ ((uint32_t)((int32_t)bits >> 31) >> 1); }
ENGRAM_INLINE uint64_t ordered_64(uint64_t bits) { return bits ^ ((uint64_t)((int64_t)bits >> 63) >> 1); }

/* Zigzag puts the sign into the lowest bit, so that small differences have small codes. */
ENGRAM_INLINE uint32_t zigzag_32(uint32_t value) { return (value << 1) ^ (uint32_t)((int32_t)value >> 31); }
ENGRAM_INLINE uint64_t zigzag_64(uint64_t value) { return (value << 1) ^ (uint64_t)((int64_t)value >> 63); }
ENGRAM_INLINE uint32_t unzigzag_32(uint32_t code) { return (code >> 1) ^ (0u - (code & 1)); }
ENGRAM_INLINE uint64_t unzigzag_64(uint64_t code) { return (code >> 1) ^ (UINT64_C(0) - (code & 1)); }

#endif
