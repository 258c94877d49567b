/*
 * DecimalKernels.c -- the Float64 nearest to a decimal number, by one operation.
 *
 * Up to 2^53 and 10^22 both operands are Float64 numbers, so one operation rounds once (Clinger 1990). Beyond, an 80-bit
 * number holds 64-bit digits exactly, and 10^27, for 5^27 < 2^63. Their product or quotient is rounded once, to
 * 64 bits, so it is wrong by at most half a unit of its last place. Rounding it to 53 bits gives what rounding the true
 * number gives, unless its last 11 bits are exactly the half of a unit: then the true number may lie on either side.
 */
#include "DecimalKernels.h"

#include <string.h>

static const double exact_powers[] = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21,
    1e22,
};
#define MOST_EXACT_POWER 22
#define MOST_EXACT_DIGITS (UINT64_C(1) << 53)

#if defined(__x86_64__)
#define MOST_POWER 27

static const long double powers[MOST_POWER + 1] = {
    1e0L,  1e1L,  1e2L,  1e3L,  1e4L,  1e5L,  1e6L,  1e7L,  1e8L,  1e9L,  1e10L, 1e11L, 1e12L, 1e13L,
    1e14L, 1e15L, 1e16L, 1e17L, 1e18L, 1e19L, 1e20L, 1e21L, 1e22L, 1e23L, 1e24L, 1e25L, 1e26L, 1e27L,
};

/* digits x 10^power; 0 where this way cannot tell. */
static int extended(uint64_t digits, int64_t power, double *value) {
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
static int extended(uint64_t digits, int64_t power, double *value) {
  (void)digits;
  (void)power;
  (void)value;
  return 0;
}
#endif

/* Takes digits from `place` on into `digits`, which may overflow, and returns the place behind them. */
static inline size_t take_digits(const uint8_t *bytes, size_t count, size_t place, uint64_t *digits) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  /* Eight at a time: neighbours are joined to pairs, pairs to fours, fours to eights. */
  while (count - place >= 8) {
    uint64_t eight;
    memcpy(&eight, bytes + place, 8);
    const uint64_t high = UINT64_C(0xF0F0F0F0F0F0F0F0);
    if (((eight & high) | (((eight + UINT64_C(0x0606060606060606)) & high) >> 4)) != UINT64_C(0x3333333333333333)) break;
    const uint64_t mask = UINT64_C(0x000000FF000000FF);
    eight -= UINT64_C(0x3030303030303030);
    eight = eight * 10 + (eight >> 8);
    eight = ((eight & mask) * UINT64_C(0x000F424000000064) + ((eight >> 16) & mask) * UINT64_C(0x0000271000000001)) >> 32;
    *digits = *digits * 100000000 + eight;
    place += 8;
  }
#endif
  while (place < count && (uint8_t)(bytes[place] - '0') < 10) {
    *digits = *digits * 10 + (uint64_t)(bytes[place] - '0');
    place++;
  }
  return place;
}

/* Digits from the first that is not zero on, in bytes of digits and at most one point. */
static size_t significant(const uint8_t *bytes, size_t first, size_t end) {
  size_t digits = 0;
  for (size_t place = first; place < end; place++)
    if (bytes[place] != '.' && (digits > 0 || bytes[place] != '0')) digits++;
  return digits;
}

int32_t engram_read_decimal(const uint8_t *bytes, size_t count, double *value) {
  const size_t longest = 64, most_digits = 19, most_exponent_digits = 4;
  if (count == 0 || count >= longest) return 0;
  const int is_negative = bytes[0] == '-';
  const size_t first = is_negative || bytes[0] == '+';
  uint64_t digits = 0;
  size_t place = take_digits(bytes, count, first, &digits);
  size_t seen = place - first, fraction = 0;
  if (place < count && bytes[place] == '.') {
    const size_t point = place + 1;
    place = take_digits(bytes, count, point, &digits);
    fraction = place - point;
    seen += fraction;
  }
  if (seen == 0) return 0;
  if (seen > most_digits && significant(bytes, first, place) > most_digits) return -1;
  int64_t power = 0;
  if (place < count) {
    if ((bytes[place] | 0x20) != 'e') return 0;
    place++;
    int is_small = 0;
    if (place < count && (bytes[place] == '-' || bytes[place] == '+')) is_small = bytes[place++] == '-';
    if (place == count || count - place > most_exponent_digits) return 0;
    for (; place < count; place++) {
      const uint8_t digit = (uint8_t)(bytes[place] - '0');
      if (digit >= 10) return 0;
      power = power * 10 + digit;
    }
    if (is_small) power = -power;
  }
  power -= (int64_t)fraction;
  double magnitude;
  if (digits < MOST_EXACT_DIGITS && power >= -MOST_EXACT_POWER && power <= MOST_EXACT_POWER) {
    magnitude = power < 0 ? (double)digits / exact_powers[-power] : (double)digits * exact_powers[power];
  } else if (!extended(digits, power, &magnitude)) {
    return -1;
  }
  *value = is_negative ? -magnitude : magnitude;
  return 1;
}
