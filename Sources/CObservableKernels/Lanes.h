/* Lanes.h -- numbers of one type, many side by side. Whoever includes it has defined `number`, `bits` and SIGN_SHIFT. */
#ifndef ENGRAM_LANES_H
#define ENGRAM_LANES_H

#include "ObservableKernels.h"
#include "Simd.h"

#include <string.h>

/* A product and a sum stay two roundings, as NumPy computes them, also where the processor could fuse them. */
#pragma STDC FP_CONTRACT OFF

#define LANES 16
typedef number number_lanes __attribute__((vector_size(LANES * sizeof(number))));
typedef bits bit_lanes __attribute__((vector_size(LANES * sizeof(bits))));
typedef double lanes __attribute__((vector_size(LANES * sizeof(double))));

/* The bits of a number without its sign are in the order of its magnitude; above those of infinity they are NaN. */
#define MAGNITUDE (((bits)1 << SIGN_SHIFT) - 1)
#define INFINITE ((MAGNITUDE >> MANTISSA_BITS) << MANTISSA_BITS)

/* Values whose sums are taken lane by lane before they join the whole: a rounding error of some hundred units. */
#define BLOCK ((size_t)4096)

ENGRAM_INLINE bits bits_of(number value) {
  bits pattern;
  memcpy(&pattern, &value, sizeof pattern);
  return pattern;
}

ENGRAM_INLINE number number_of(bits pattern) {
  number value;
  memcpy(&value, &pattern, sizeof value);
  return value;
}

/* The sum of all lanes, by halves. */
ENGRAM_INLINE double lane_sum(const lanes *sums) {
  double parts[LANES];
  memcpy(parts, sums, sizeof parts);
  for (int width = LANES / 2; width > 0; width /= 2)
    for (int lane = 0; lane < width; lane++) parts[lane] += parts[lane + width];
  return parts[0];
}

#endif
