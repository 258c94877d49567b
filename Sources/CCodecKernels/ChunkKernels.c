/* ChunkKernels.c -- entropy, ranges, and exact conversions. */
#include "ChunkKernels.h"
#include "Ordered.h"
#include "Simd.h"

#include <string.h>

/* Entropy. */

ENGRAM_SIMD double engram_entropy_bits(const uint8_t *bytes, size_t count, const double *count_log) {
  /* Four tables, so that runs of one byte do not wait for their own stores. */
  uint32_t tables[4][256];
  memset(tables, 0, sizeof tables);
  size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    tables[0][bytes[i]]++;
    tables[1][bytes[i + 1]]++;
    tables[2][bytes[i + 2]]++;
    tables[3][bytes[i + 3]]++;
  }
  for (; i < count; i++) tables[0][bytes[i]]++;
  for (int byte = 0; byte < 256; byte++) tables[0][byte] += tables[1][byte] + tables[2][byte] + tables[3][byte];
  /* Eight sums of fixed order, so that every processor finds the same. */
  double sums[8] = {0};
  for (int byte = 0; byte < 256; byte += 8)
    for (int lane = 0; lane < 8; lane++) sums[lane] += count_log[tables[0][byte + lane]];
  double sum = 0;
  for (int lane = 0; lane < 8; lane++) sum += sums[lane];
  return count_log[count] - sum;
}

/* Ranges. */

ENGRAM_SIMD engram_zone engram_zone_32(const uint32_t *values, size_t count) {
  int32_t minimum = INT32_MAX, maximum = INT32_MIN;
  size_t finite_count = 0;
  for (size_t start = 0; start < count; start += 4096) {
    size_t end = count - start < 4096 ? count : start + 4096;
    uint32_t finite_here = 0;
    for (size_t i = start; i < end; i++) {
      int is_finite = (values[i] & 0x7fffffff) < 0x7f800000;
      int32_t order = (int32_t)ordered_32(values[i]);
      int32_t low = is_finite ? order : INT32_MAX, high = is_finite ? order : INT32_MIN;
      minimum = low < minimum ? low : minimum;
      maximum = high > maximum ? high : maximum;
      finite_here += (uint32_t)is_finite;
    }
    finite_count += finite_here;
  }
  if (finite_count == 0) return (engram_zone){INT64_MAX, INT64_MIN, 0};
  return (engram_zone){minimum, maximum, finite_count};
}

ENGRAM_SIMD engram_zone engram_zone_64(const uint64_t *values, size_t count) {
  int64_t minimum = INT64_MAX, maximum = INT64_MIN;
  size_t finite_count = 0;
  for (size_t i = 0; i < count; i++) {
    int is_finite = (values[i] & INT64_MAX) < UINT64_C(0x7ff0000000000000);
    int64_t order = (int64_t)ordered_64(values[i]);
    int64_t low = is_finite ? order : INT64_MAX, high = is_finite ? order : INT64_MIN;
    minimum = low < minimum ? low : minimum;
    maximum = high > maximum ? high : maximum;
    finite_count += (size_t)is_finite;
  }
  return (engram_zone){minimum, maximum, finite_count};
}

/* Exact conversions.
 * A float32 exponent e becomes e + 896, an all-ones exponent stays all ones, and the fraction moves up by 29 bits. */

/* The float64 bits of a float32 that is not subnormal. */
ENGRAM_INLINE uint64_t widened_fast(uint32_t bits) {
  uint64_t sign = (uint64_t)(bits & 0x80000000) << 32;
  uint32_t magnitude = bits & 0x7fffffff;
  uint64_t rebias = magnitude == 0 ? 0 : magnitude >= 0x7f800000 ? UINT64_C(1792) << 52 : UINT64_C(896) << 52;
  return sign | (((uint64_t)magnitude << 29) + rebias);
}

ENGRAM_INLINE int is_subnormal_32(uint32_t bits) { return ((bits & 0x7fffffff) - 1u) < 0x7fffff; }

/* The float64 bits of any float32. */
ENGRAM_INLINE uint64_t widened(uint32_t bits) {
  if (!is_subnormal_32(bits)) return widened_fast(bits);
  uint32_t fraction = bits & 0x7fffff;
  int top = 31 - __builtin_clz(fraction);
  uint64_t sign = (uint64_t)(bits & 0x80000000) << 32;
  return sign | (uint64_t)(874 + top) << 52 | (uint64_t)(fraction ^ (1u << top)) << (52 - top);
}

/* The only float32 bits that could widen to these where they are not subnormal; the caller checks. */
ENGRAM_INLINE uint32_t narrowed_fast(uint64_t bits) {
  uint32_t sign = (uint32_t)(bits >> 32) & 0x80000000;
  uint64_t magnitude = bits & INT64_MAX;
  uint32_t rebias = magnitude == 0 ? 0 : magnitude >= UINT64_C(2047) << 52 ? 1792u << 23 : 896u << 23;
  return sign | (((uint32_t)(magnitude >> 29) - rebias) & 0x7fffffff);
}

/* The only float32 bits that could widen to these; the caller checks. */
ENGRAM_INLINE uint32_t narrowed_candidate(uint64_t bits) {
  uint32_t sign = (uint32_t)(bits >> 32) & 0x80000000;
  uint64_t magnitude = bits & INT64_MAX;
  uint32_t exponent = (uint32_t)(magnitude >> 52);
  if (exponent >= 874 && exponent <= 896) {
    uint64_t fraction = (magnitude & ((UINT64_C(1) << 52) - 1)) | UINT64_C(1) << 52;
    return sign | (uint32_t)(fraction >> (926 - exponent));
  }
  return narrowed_fast(bits);
}

ENGRAM_SIMD int engram_narrow(const uint64_t *restrict values, size_t count, uint32_t *restrict narrowed) {
  enum { BLOCK = 512 };
  for (size_t start = 0; start < count; start += BLOCK) {
    size_t end = count - start < BLOCK ? count : start + BLOCK;
    uint64_t different = 0;
    for (size_t i = start; i < end; i++) {
      narrowed[i] = narrowed_fast(values[i]);
      different |= (widened_fast(narrowed[i]) ^ values[i]) | (uint64_t)is_subnormal_32(narrowed[i]);
    }
    if (!different) continue;
    /* A subnormal, or a value that is no float32. */
    for (size_t i = start; i < end; i++) {
      narrowed[i] = narrowed_candidate(values[i]);
      if (widened(narrowed[i]) != values[i]) return 0;
    }
  }
  return 1;
}

ENGRAM_SIMD void engram_widen(const uint32_t *restrict values, size_t count, uint64_t *restrict out) {
  uint32_t any_subnormal = 0;
  for (size_t i = 0; i < count; i++) {
    any_subnormal |= (uint32_t)is_subnormal_32(values[i]);
    out[i] = widened_fast(values[i]);
  }
  if (!any_subnormal) return;
  for (size_t i = 0; i < count; i++) {
    if (is_subnormal_32(values[i])) out[i] = widened(values[i]);
  }
}

ENGRAM_SIMD void engram_round(const double *restrict values, size_t count, float *restrict rounded) {
  for (size_t i = 0; i < count; i++) rounded[i] = (float)values[i];
}
