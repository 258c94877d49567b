/* Moments.h -- sums of a row, its extremes, and the sums of its deviations from the mean. */
#ifndef ENGRAM_MOMENTS_H
#define ENGRAM_MOMENTS_H

#include "Lanes.h"

/* What one pass over a row finds; of the functions abs, raw and square in this order. */
struct extent {
  double sums[3];
  double fourth_sum;
  /* Magnitudes: of all values the greatest and the least, and the least that is not 0. */
  bits greatest, least, least_nonzero;
  int has_negative, has_positive;
};

/* What the second pass finds: sums of second and fourth powers of the deviations from three means. */
struct deviations {
  double second[3], fourth[3];
};

ENGRAM_INLINE void find_extent(const number *values, size_t count, struct extent *extent) {
  lanes totals[4];
  double sums[4] = {0};
  bit_lanes greatest = {0}, least = ~greatest, least_nonzero = ~greatest, signs = {0}, common = ~greatest;
  for (size_t start = 0; start < count; start += BLOCK) {
    const number *x = values + start;
    size_t here = count - start < BLOCK ? count - start : BLOCK, i = 0;
    lanes sum = {0}, magnitudes = {0}, squares = {0}, fourths = {0};
    for (; i + LANES <= here; i += LANES) {
      number_lanes value;
      memcpy(&value, x + i, sizeof value);
      bit_lanes pattern = (bit_lanes)value, magnitude = pattern & MAGNITUDE;
      greatest = __builtin_elementwise_max(greatest, magnitude);
      least = __builtin_elementwise_min(least, magnitude);
      least_nonzero = __builtin_elementwise_min(least_nonzero, magnitude - 1);
      signs |= pattern;
      common &= pattern;
      lanes wide = __builtin_convertvector(value, lanes), square = wide * wide;
      sum += wide;
      magnitudes += __builtin_convertvector((number_lanes)magnitude, lanes);
      squares += square;
      fourths += square * square;
    }
    for (int lane = 0; i < here; i++, lane++) {
      bits pattern = bits_of(x[i]), magnitude = pattern & MAGNITUDE;
      if (magnitude > greatest[lane]) greatest[lane] = magnitude;
      if (magnitude < least[lane]) least[lane] = magnitude;
      if ((bits)(magnitude - 1) < least_nonzero[lane]) least_nonzero[lane] = magnitude - 1;
      signs[lane] |= pattern;
      common[lane] &= pattern;
      double wide = (double)x[i], square = wide * wide;
      sum[lane] += wide;
      magnitudes[lane] += (double)number_of(magnitude);
      squares[lane] += square;
      fourths[lane] += square * square;
    }
    totals[0] = magnitudes, totals[1] = sum, totals[2] = squares, totals[3] = fourths;
    for (int s = 0; s < 4; s++) sums[s] += lane_sum(&totals[s]);
  }
  memcpy(extent->sums, sums, sizeof extent->sums);
  extent->fourth_sum = sums[3];
  bits top = 0, bottom = ~(bits)0, bottom_nonzero = ~(bits)0, any = 0, all = ~(bits)0;
  for (int lane = 0; lane < LANES; lane++) {
    if (greatest[lane] > top) top = greatest[lane];
    if (least[lane] < bottom) bottom = least[lane];
    if (least_nonzero[lane] < bottom_nonzero) bottom_nonzero = least_nonzero[lane];
    any |= signs[lane];
    all &= common[lane];
  }
  extent->greatest = top;
  extent->least = bottom;
  extent->least_nonzero = bottom_nonzero + 1;
  extent->has_negative = (any >> SIGN_SHIFT) != 0;
  extent->has_positive = (all >> SIGN_SHIFT) == 0;
}

ENGRAM_INLINE void find_deviations(const number *values, size_t count, const double means[3],
                                   struct deviations *deviations) {
  double sums[6] = {0};
  double magnitude_mean = means[0], mean = means[1], square_mean = means[2];
  for (size_t start = 0; start < count; start += BLOCK) {
    const number *x = values + start;
    size_t here = count - start < BLOCK ? count - start : BLOCK, i = 0;
    lanes totals[6];
    lanes second_a = {0}, second_r = {0}, second_s = {0}, fourth_a = {0}, fourth_r = {0}, fourth_s = {0};
    for (; i + LANES <= here; i += LANES) {
      number_lanes value;
      memcpy(&value, x + i, sizeof value);
      lanes wide = __builtin_convertvector(value, lanes);
      lanes magnitude = __builtin_convertvector((number_lanes)((bit_lanes)value & MAGNITUDE), lanes);
      lanes a = magnitude - magnitude_mean, r = wide - mean, s = wide * wide - square_mean;
      a *= a, r *= r, s *= s;
      second_a += a, second_r += r, second_s += s;
      fourth_a += a * a, fourth_r += r * r, fourth_s += s * s;
    }
    for (int lane = 0; i < here; i++, lane++) {
      double wide = (double)x[i], magnitude = (double)number_of(bits_of(x[i]) & MAGNITUDE);
      double a = magnitude - magnitude_mean, r = wide - mean, s = wide * wide - square_mean;
      a *= a, r *= r, s *= s;
      second_a[lane] += a, second_r[lane] += r, second_s[lane] += s;
      fourth_a[lane] += a * a, fourth_r[lane] += r * r, fourth_s[lane] += s * s;
    }
    totals[0] = second_a, totals[1] = second_r, totals[2] = second_s;
    totals[3] = fourth_a, totals[4] = fourth_r, totals[5] = fourth_s;
    for (int s = 0; s < 6; s++) sums[s] += lane_sum(&totals[s]);
  }
  memcpy(deviations->second, sums, sizeof deviations->second);
  memcpy(deviations->fourth, sums + 3, sizeof deviations->fourth);
}

#endif
