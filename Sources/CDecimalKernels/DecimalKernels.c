/*
 * DecimalKernels.c -- the Float64 nearest to a decimal number, by one operation on extended precision.
 *
 * An 80-bit number holds 64-bit digits exactly, and 10^27, for 5^27 < 2^63. Their product or quotient is rounded once, to
 * 64 bits, so it is wrong by at most half a unit of its last place. Rounding it to 53 bits gives what rounding the true
 * number gives, unless its last 11 bits are exactly the half of a unit: then the true number may lie on either side.
 */
#include "DecimalKernels.h"

#include <string.h>

#if defined(__x86_64__)
#define MOST_POWER 27

static const long double powers[MOST_POWER + 1] = {
    1e0L,  1e1L,  1e2L,  1e3L,  1e4L,  1e5L,  1e6L,  1e7L,  1e8L,  1e9L,  1e10L, 1e11L, 1e12L, 1e13L,
    1e14L, 1e15L, 1e16L, 1e17L, 1e18L, 1e19L, 1e20L, 1e21L, 1e22L, 1e23L, 1e24L, 1e25L, 1e26L, 1e27L,
};

int32_t engram_decimal(uint64_t digits, int32_t power, double *value) {
  if (power < -MOST_POWER || power > MOST_POWER) return 0;
  /* All of these are normal numbers of Float64, as 10^-27 and 2^64 x 10^27 are. */
  long double product = power < 0 ? (long double)digits / powers[-power] : (long double)digits * powers[power];
  uint64_t mantissa;
  memcpy(&mantissa, &product, sizeof mantissa);
  if ((mantissa & 0x7FF) == 0x400) return 0;
  *value = (double)product;
  return 1;
}
#else
int32_t engram_decimal(uint64_t digits, int32_t power, double *value) {
  (void)digits;
  (void)power;
  (void)value;
  return 0;
}
#endif
