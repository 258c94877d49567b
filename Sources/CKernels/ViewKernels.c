/* ViewKernels.c -- random starts, means and z-scores. */
#include "ViewKernels.h"
#include "Simd.h"

#include <math.h>
#include <string.h>

/* A product and a sum stay two roundings, as NumPy computes them, also where the processor could fuse them. */
#pragma STDC FP_CONTRACT OFF

/* Seeds that are handled together, one in each lane. */
#define LANES 8
/* Draws that are tried, and where the Mersenne Twister looks for the n-th word of its first new state. */
#define DRAWS 8
#define SHIFT 397

typedef uint32_t lanes __attribute__((vector_size(LANES * 4)));

ENGRAM_SIMD void engram_random_starts(uint32_t first_seed, size_t count, uint32_t maximum, int32_t *starts) {
  uint32_t mask = maximum;
  for (int shift = 1; shift < 32; shift *= 2) mask |= mask >> shift;
  for (size_t i = 0; i < count; i += LANES) {
    lanes state, low[DRAWS + 1], high[DRAWS];
    for (uint32_t lane = 0; lane < LANES; lane++) state[lane] = first_seed + (uint32_t)i + lane;
    /* The seeding (init_genrand), of which the first draws need the first words and those SHIFT further on. */
    low[0] = state;
    for (uint32_t n = 1; n < SHIFT + DRAWS; n++) {
      state = 1812433253u * (state ^ (state >> 30)) + n;
      if (n <= DRAWS) low[n] = state;
      if (n >= SHIFT) high[n - SHIFT] = state;
    }
    lanes found = {0}, missing = ~found;
    for (int n = 0; n < DRAWS; n++) {
      lanes y = (low[n] & 0x80000000u) | (low[n + 1] & 0x7fffffffu);
      y = high[n] ^ (y >> 1) ^ ((0u - (y & 1u)) & 0x9908b0dfu);
      y ^= y >> 11;
      y ^= (y << 7) & 0x9d2c5680u;
      y ^= (y << 15) & 0xefc60000u;
      y ^= y >> 18;
      y &= mask;
      lanes accepted = missing & (lanes)(y <= maximum);
      found |= y & accepted;
      missing &= ~accepted;
    }
    found |= missing;
    for (size_t lane = 0; lane < LANES && i + lane < count; lane++) starts[i + lane] = (int32_t)found[lane];
  }
}

ENGRAM_SIMD void engram_sample_means(const double *block, size_t example_count, const int32_t *epochs,
                                     const int32_t *starts, size_t step, size_t sample_total,
                                     const engram_row_run *runs, size_t run_count, double *means) {
  for (size_t j = 0; j < run_count; j++) {
    const double *from = block + runs[j].source;
    size_t count = (size_t)runs[j].count;
    for (size_t k = 0; k < sample_total; k++) {
      if (starts) {
        for (size_t i = 0; i < count; i++) {
          int32_t epoch = epochs[(size_t)starts[i] + k * step];
          double value = epoch < 0 ? (double)NAN : from[(size_t)epoch * example_count + i];
          means[i] = k == 0 ? value : means[i] + value;
        }
        continue;
      }
      int32_t epoch = epochs[k * step];
      const double *row = from + (size_t)(epoch < 0 ? 0 : epoch) * example_count;
      if (epoch < 0)
        for (size_t i = 0; i < count; i++) means[i] = (double)NAN;
      else if (k == 0)
        memcpy(means, row, count * sizeof(double));
      else
        for (size_t i = 0; i < count; i++) means[i] += row[i];
    }
    for (size_t i = 0; i < count; i++) means[i] /= (double)sample_total;
    means += count;
    if (starts) starts += count;
  }
}

/* The routines below are the same for both types of values. */
#define ROUTINES(BITS, TYPE)                                                                                           \
  ENGRAM_SIMD void engram_column_sums_##BITS(const TYPE *values, size_t row_count, ptrdiff_t row_stride,               \
                                             ptrdiff_t column_stride, size_t column_count, const double *means,        \
                                             double *sums) {                                                           \
    if (column_stride == 1) {                                                                                          \
      for (size_t r = 0; r < row_count; r++) {                                                                         \
        const TYPE *row = values + (ptrdiff_t)r * row_stride;                                                          \
        for (size_t c = 0; c < column_count; c++) {                                                                    \
          double value = (double)row[c];                                                                               \
          if (means) value = (value - means[c]) * (value - means[c]);                                                  \
          sums[c] = r == 0 ? value : sums[c] + value;                                                                  \
        }                                                                                                              \
      }                                                                                                                \
      return;                                                                                                          \
    }                                                                                                                  \
    /* The sums of a few columns run side by side, so that an addition need not wait for the one before. */            \
    for (size_t first = 0; first < column_count; first += LANES) {                                                     \
      size_t left = column_count - first, count = left < LANES ? left : LANES;                                         \
      double shift[LANES] = {0}, sum[LANES] = {0};                                                                     \
      const TYPE *columns[LANES];                                                                                      \
      for (size_t c = 0; c < LANES; c++) {                                                                             \
        size_t column = first + (c < count ? c : 0);                                                                   \
        columns[c] = values + (ptrdiff_t)column * column_stride;                                                       \
        if (means) shift[c] = means[column];                                                                           \
      }                                                                                                                \
      for (size_t r = 0; r < row_count; r++)                                                                           \
        for (size_t c = 0; c < LANES; c++) {                                                                           \
          double value = (double)columns[c][(ptrdiff_t)r * row_stride];                                                \
          if (means) value = (value - shift[c]) * (value - shift[c]);                                                  \
          sum[c] = r == 0 ? value : sum[c] + value;                                                                    \
        }                                                                                                              \
      memcpy(sums + first, sum, count * sizeof(double));                                                               \
    }                                                                                                                  \
  }                                                                                                                    \
                                                                                                                       \
  ENGRAM_SIMD void engram_standardize_##BITS(TYPE *values, size_t row_count, ptrdiff_t row_stride,                     \
                                             ptrdiff_t column_stride, size_t column_count, const double *means,        \
                                             const double *scales) {                                                   \
    if (column_stride == 1) {                                                                                          \
      for (size_t r = 0; r < row_count; r++) {                                                                         \
        TYPE *row = values + (ptrdiff_t)r * row_stride;                                                                \
        for (size_t c = 0; c < column_count; c++) row[c] = (TYPE)(((double)row[c] - means[c]) / scales[c]);            \
      }                                                                                                                \
      return;                                                                                                          \
    }                                                                                                                  \
    for (size_t c = 0; c < column_count; c++) {                                                                        \
      TYPE *column = values + (ptrdiff_t)c * column_stride;                                                            \
      double mean = means[c], scale = scales[c];                                                                       \
      for (size_t r = 0; r < row_count; r++) {                                                                         \
        TYPE *value = column + (ptrdiff_t)r * row_stride;                                                              \
        *value = (TYPE)(((double)*value - mean) / scale);                                                              \
      }                                                                                                                \
    }                                                                                                                  \
  }

ROUTINES(32, float)
ROUTINES(64, double)
