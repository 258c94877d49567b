/* RepeatKernels.c -- runs of codes that came before: found, and made again. */
#include "RepeatKernels.h"
#include "Simd.h"

#include <string.h>

/* Shorter repeats take as many bytes as they save. */
enum { SHORTEST = 2 };

ENGRAM_INLINE size_t number_at(const uint8_t *bytes) { return bytes[0] | (size_t)bytes[1] << 8; }

ENGRAM_INLINE void put_number(uint8_t *bytes, size_t number) {
  bytes[0] = (uint8_t)number;
  bytes[1] = (uint8_t)(number >> 8);
}

int64_t engram_check_repeats(const uint8_t *repeats, size_t repeat_count, size_t count) {
  size_t place = 0, repeated = 0;
  for (size_t r = 0; r < repeat_count; r++, repeats += ENGRAM_REPEAT_BYTES) {
    place += number_at(repeats);
    size_t length = number_at(repeats + 2), back = number_at(repeats + 4);
    if (back == 0 || back > place || place + length > count) return -1;
    place += length;
    repeated += length;
  }
  return (int64_t)(count - repeated);
}

/* The routines below are the same for both widths. */
#define ROUTINES(BITS, TYPE)                                                                                           \
  size_t engram_find_repeats_##BITS(const TYPE *codes, size_t count, int32_t bits, uint32_t *heads, uint8_t *repeats,  \
                                    TYPE *alone, size_t *alone_count) {                                                \
    /* For each hash one more than the last place of a code that has it; 0 where there is none. */                     \
    memset(heads, 0, sizeof *heads << bits);                                                                           \
    size_t found = 0, start = 0, place = 0, next = 0;                                                                  \
    while (place < count) {                                                                                            \
      uint32_t hash = (uint32_t)((uint64_t)codes[place] * UINT64_C(0x9e3779b97f4a7c15) >> (64 - bits));                \
      size_t before = heads[hash], length = 0;                                                                         \
      heads[hash] = (uint32_t)place + 1;                                                                               \
      if (before > 0 && place - (before - 1) < 65536)                                                                  \
        while (length < 65535 && place + length < count && codes[before - 1 + length] == codes[place + length])        \
          length++;                                                                                                    \
      if (length < SHORTEST) {                                                                                         \
        alone[next++] = codes[place++];                                                                                \
        continue;                                                                                                      \
      }                                                                                                                \
      uint8_t *repeat = repeats + found++ * ENGRAM_REPEAT_BYTES;                                                       \
      put_number(repeat, place - start);                                                                               \
      put_number(repeat + 2, length);                                                                                  \
      put_number(repeat + 4, place - (before - 1));                                                                    \
      place += length;                                                                                                 \
      start = place;                                                                                                   \
    }                                                                                                                  \
    *alone_count = next;                                                                                               \
    return found;                                                                                                      \
  }                                                                                                                    \
                                                                                                                       \
  void engram_repeat_codes_##BITS(const uint8_t *repeats, size_t repeat_count, const uint8_t *alone, size_t count,     \
                                  TYPE *codes) {                                                                       \
    size_t place = 0;                                                                                                  \
    for (size_t r = 0; r < repeat_count; r++, repeats += ENGRAM_REPEAT_BYTES) {                                        \
      size_t before = number_at(repeats), length = number_at(repeats + 2), back = number_at(repeats + 4);              \
      memcpy(codes + place, alone, before * sizeof *codes);                                                            \
      place += before;                                                                                                 \
      alone += before * sizeof *codes;                                                                                 \
      for (size_t i = 0; i < length; i++) codes[place + i] = codes[place + i - back];                                  \
      place += length;                                                                                                 \
    }                                                                                                                  \
    memcpy(codes + place, alone, (count - place) * sizeof *codes);                                                     \
  }

ROUTINES(32, uint32_t)
ROUTINES(64, uint64_t)
