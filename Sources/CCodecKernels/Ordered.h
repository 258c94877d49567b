/* Ordered.h -- floats as integers that compare as they do, small codes for small differences, how long
 * those are, and what goes on of a change. */
#ifndef ENGRAM_ORDERED_H
#define ENGRAM_ORDERED_H

#include "Simd.h"

#include <stdint.h>
#include <string.h>

/* Ordered integers compare as the floats do: the bits of a negative number but its sign are inverted. Self-inverse. */
ENGRAM_INLINE uint32_t ordered_32(uint32_t bits) { return bits ^ ((uint32_t)((int32_t)bits >> 31) >> 1); }
ENGRAM_INLINE uint64_t ordered_64(uint64_t bits) { return bits ^ ((uint64_t)((int64_t)bits >> 63) >> 1); }

/* Zigzag puts the sign into the lowest bit, so that small differences have small codes. */
ENGRAM_INLINE uint32_t zigzag_32(uint32_t value) { return (value << 1) ^ (uint32_t)((int32_t)value >> 31); }
ENGRAM_INLINE uint64_t zigzag_64(uint64_t value) { return (value << 1) ^ (uint64_t)((int64_t)value >> 63); }
ENGRAM_INLINE uint32_t unzigzag_32(uint32_t code) { return (code >> 1) ^ (0u - (code & 1)); }
ENGRAM_INLINE uint64_t unzigzag_64(uint64_t code) { return (code >> 1) ^ (UINT64_C(0) - (code & 1)); }

/* What a change before leads to expect of the next: so many sixteenths of it, whose low bits do not count. */
ENGRAM_INLINE uint32_t damped_32(uint32_t change, int32_t damping) {
  return (uint32_t)((int32_t)change >> 4) * (uint32_t)damping;
}
ENGRAM_INLINE uint64_t damped_64(uint64_t change, int32_t damping) {
  return (uint64_t)((int64_t)change >> 4) * (uint64_t)(int64_t)damping;
}

/* The length of a code in bits, which may be one more where it is just below a power of two and is 0 for 0 and 1: the exponent of half
 * of it as a float, which vectors have where they have no count of leading zeros. */
ENGRAM_INLINE uint32_t length_of_32(uint32_t code) {
  float half = (float)(int32_t)(code >> 1);
  uint32_t bits;
  memcpy(&bits, &half, sizeof bits);
  uint32_t exponent = bits >> 23;
  return exponent < 127 ? 0 : exponent - 127 + 2;
}
ENGRAM_INLINE uint32_t length_of_64(uint64_t code) {
  double half = (double)(int64_t)(code >> 1);
  uint64_t bits;
  memcpy(&bits, &half, sizeof bits);
  uint32_t exponent = (uint32_t)(bits >> 52);
  return exponent < 1023 ? 0 : exponent - 1023 + 2;
}

#endif
