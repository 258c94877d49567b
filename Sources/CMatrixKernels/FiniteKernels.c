/* FiniteKernels.c -- whether all values are numbers. */
#include "MatrixKernels.h"
#include "Simd.h"

ENGRAM_SIMD size_t engram_finite_count_32(const uint32_t *values, size_t count) {
  size_t finite_count = 0;
  /* Counted in 32 bits within a part, which vector units do two at a time. */
  for (size_t start = 0; start < count; start += 4096) {
    size_t end = count - start < 4096 ? count : start + 4096;
    uint32_t finite_here = 0;
    for (size_t i = start; i < end; i++) finite_here += (values[i] & 0x7fffffff) < 0x7f800000;
    finite_count += finite_here;
  }
  return finite_count;
}

ENGRAM_SIMD size_t engram_finite_count_64(const uint64_t *values, size_t count) {
  size_t finite_count = 0;
  for (size_t i = 0; i < count; i++) finite_count += (values[i] & INT64_MAX) < UINT64_C(0x7ff0000000000000);
  return finite_count;
}
