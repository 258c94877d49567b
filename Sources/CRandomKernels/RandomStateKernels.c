/* RandomStateKernels.c -- the first draws of many Mersenne Twisters, side by side. */
#include "RandomStateKernels.h"
#include "Simd.h"

/* Seeds that are handled together, one in each lane. */
#define LANES 8
/* Draws that are tried, and where the Mersenne Twister looks for the n-th word of its first new state. */
#define DRAWS 8
#define SHIFT 397

typedef uint32_t lanes __attribute__((vector_size(LANES * 4)));

ENGRAM_SIMD void engram_first_intervals(uint32_t first_seed, size_t count, uint32_t maximum, int32_t *intervals) {
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
    for (size_t lane = 0; lane < LANES && i + lane < count; lane++) intervals[i + lane] = (int32_t)found[lane];
  }
}
