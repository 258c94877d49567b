/* PickleEscapes.c -- counts and decodes bytes that a pickle writes as escaped text, byte by byte where blocks do not do.
 *
 * A block that holds a terminator or an error goes to the loop here, which finds the exact byte; so does the rest of the
 * input that is shorter than a block. */
#include "EscapeBlocks.h"

/* The value of a hexadecimal digit, or -1. */
ENGRAM_INLINE int hex_value(uint8_t c) {
  if (c >= '0' && c <= '9') return c - '0';
  uint8_t letter = c | 0x20;
  if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
  return -1;
}

/* Decodes one token at input[0]; returns its length, 0 when cut off, -1 when malformed, -2 at a terminator. */
ENGRAM_INLINE int scalar_token(int form, uint8_t quote, const uint8_t *input, size_t count, uint8_t *value) {
  uint8_t c = input[0];
  if (form == ENGRAM_PICKLE_UTF8) {
    if (c < 0x80) { *value = c; return 1; }
    if (c != 0xC2 && c != 0xC3) return -1;
    if (count < 2) return 0;
    if ((input[1] & 0xC0) != 0x80) return -1;
    *value = (uint8_t)(input[1] | (c == 0xC3 ? 0x40 : 0));
    return 2;
  }
  if (form == ENGRAM_PICKLE_RAW_UNICODE) {
    if (c == '\n') return -2;
    if (c != '\\') { *value = c; return 1; }
    static const uint8_t head[4] = {'\\', 'u', '0', '0'};
    for (size_t i = 1; i < 4; i++) {
      if (i >= count) return 0;
      if (input[i] != head[i]) return -1;
    }
    if (count > 4 && hex_value(input[4]) < 0) return -1;
    if (count < 6) return 0;
    int high = hex_value(input[4]), low = hex_value(input[5]);
    if (low < 0) return -1;
    *value = (uint8_t)(high << 4 | low);
    return 6;
  }
  if (c == quote) return -2;
  if (c == '\n') return -1;
  if (c != '\\') { *value = c; return 1; }
  if (count < 2) return 0;
  switch (input[1]) {
    case '\\': case '\'': case '"': *value = input[1]; return 2;
    case 'n': *value = '\n'; return 2;
    case 'r': *value = '\r'; return 2;
    case 't': *value = '\t'; return 2;
    case 'x': break;
    default: return -1;
  }
  if (count > 2 && hex_value(input[2]) < 0) return -1;
  if (count < 4) return 0;
  int high = hex_value(input[2]), low = hex_value(input[3]);
  if (low < 0) return -1;
  *value = (uint8_t)(high << 4 | low);
  return 4;
}

/* Steps token by token until the input is used up or something stops it. */
ENGRAM_INLINE engram_pickle_step scalar_steps(
    int form, uint8_t quote, const uint8_t *input, size_t input_count,
    uint8_t *output, size_t output_count, engram_pickle_step at) {
  while (at.consumed < input_count) {
    if (at.produced == output_count) { at.status = ENGRAM_PICKLE_FULL; return at; }
    uint8_t value = 0;
    int length = scalar_token(form, quote, input + at.consumed, input_count - at.consumed, &value);
    if (length <= 0) {
      at.status = length == 0 ? ENGRAM_PICKLE_MORE : length == -1 ? ENGRAM_PICKLE_BAD : ENGRAM_PICKLE_END;
      return at;
    }
    if (output) output[at.produced] = value;
    at.produced += 1;
    at.consumed += (size_t)length;
  }
  at.status = ENGRAM_PICKLE_MORE;
  return at;
}

int32_t engram_pickle_best_level(void) {
#ifdef ENGRAM_PICKLE_X86
  if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2") &&
      __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt"))
    return 2;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
      __builtin_cpu_supports("popcnt"))
    return 1;
#endif
  return 0;
}

engram_pickle_step engram_pickle_unescape(
    int32_t level, int32_t form, uint8_t quote,
    const uint8_t *input, size_t input_count, uint8_t *output, size_t output_count) {
  engram_pickle_step at = {0, 0, ENGRAM_PICKLE_MORE};
#ifdef ENGRAM_PICKLE_X86
  if (level > 1)
    at = engram_pickle_blocks_avx512(form, quote, input, input_count, output, output_count);
  else if (level > 0)
    at = engram_pickle_blocks_avx2(form, quote, input, input_count, output, output_count);
#else
  (void)level;
#endif
  /* The form is a constant in each of these loops. */
  switch (form) {
    case ENGRAM_PICKLE_REPR:
      return scalar_steps(ENGRAM_PICKLE_REPR, quote, input, input_count, output, output_count, at);
    case ENGRAM_PICKLE_RAW_UNICODE:
      return scalar_steps(ENGRAM_PICKLE_RAW_UNICODE, quote, input, input_count, output, output_count, at);
    default:
      return scalar_steps(ENGRAM_PICKLE_UTF8, quote, input, input_count, output, output_count, at);
  }
}
