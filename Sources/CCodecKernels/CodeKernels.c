/* CodeKernels.c -- codes to low bits and high bytes and back. */
#include "CodeKernels.h"
#include "ResidualKernels.h"
#include "Simd.h"

#include <string.h>

/* The number of bits up to the highest that is set. */
/* The lowest bit keeps the argument of clz from zero, without a branch. */
ENGRAM_INLINE int length_32(uint32_t code) { return 63 - __builtin_clzll((uint64_t)code << 1 | 1); }
ENGRAM_INLINE int length_64(uint64_t code) { return code == 0 ? 0 : 64 - __builtin_clzll(code); }

size_t engram_place_picks(const int32_t *examples, size_t count, const uint8_t *copied, size_t lanes, engram_pick *picks,
                          uint8_t *copies) {
  memset(copies, 0, (count + 7) / 8);
  size_t next = 0;
  for (size_t j = 0; j < count; j++) {
    size_t example = (size_t)examples[j];
    uint32_t number = (uint32_t)(example - (copied ? engram_count_bits(copied, example) : 0));
    unsigned is_copy = copied ? copied[example >> 3] >> (example & 7) & 1u : 0;
    copies[j >> 3] |= (uint8_t)(is_copy << (j & 7));
    picks[next] = (engram_pick){number, number % (uint32_t)lanes, number / (uint32_t)lanes};
    next += 1 - is_copy;
  }
  return next;
}

/* The gap that leads further and has no byte of its own. */
enum { LONGEST_GAP = 255 };

ENGRAM_SIMD size_t engram_reach_of_gaps(const uint8_t *gaps, size_t count) {
  /* At most 65,535 gaps, so 32 bits are enough. */
  uint32_t reach = 0;
  for (size_t i = 0; i < count; i++) reach += (uint32_t)gaps[i] + (gaps[i] != LONGEST_GAP);
  return reach;
}

/* Examples of a row group as this program writes it. */
enum { ROW_GROUP = 768 };

/* The routines below are the same for both widths. */
#define ROUTINES(BITS, TYPE)                                                                                           \
  ENGRAM_SIMD TYPE engram_code_lengths_##BITS(const TYPE *codes, size_t count, uint32_t lengths[BITS + 1]) {           \
    /* Four tables, so that codes of one length do not wait for their own stores. */                                   \
    uint32_t tables[4][BITS + 1];                                                                                      \
    memset(tables, 0, sizeof tables);                                                                                  \
    TYPE different = 0;                                                                                                \
    size_t i = 0;                                                                                                      \
    for (; i + 4 <= count; i += 4)                                                                                     \
      for (int t = 0; t < 4; t++) {                                                                                    \
        tables[t][length_##BITS(codes[i + t])]++;                                                                      \
        different |= codes[i + t] ^ codes[0];                                                                          \
      }                                                                                                                \
    for (; i < count; i++) {                                                                                           \
      tables[0][length_##BITS(codes[i])]++;                                                                            \
      different |= codes[i] ^ codes[0];                                                                                \
    }                                                                                                                  \
    for (int l = 0; l <= BITS; l++) lengths[l] = tables[0][l] + tables[1][l] + tables[2][l] + tables[3][l];            \
    return different;                                                                                                  \
  }                                                                                                                    \
                                                                                                                       \
  ENGRAM_SIMD void engram_pack_low_##BITS(const TYPE *restrict codes, size_t count, int32_t width,                     \
                                          TYPE *restrict words) {                                                      \
    size_t lanes = (count + BITS - 1) / BITS;                                                                          \
    if (width == 0) return;                                                                                            \
    memset(words, 0, (size_t)width * lanes * sizeof *words);                                                           \
    TYPE mask = width == BITS ? ~(TYPE)0 : ((TYPE)1 << width) - 1;                                                     \
    for (size_t place = 0; place * lanes < count; place++) {                                                           \
      size_t left = count - place * lanes, here = left < lanes ? left : lanes;                                         \
      size_t bit = place * (size_t)width;                                                                              \
      int shift = (int)(bit % BITS);                                                                                   \
      const TYPE *restrict from = codes + place * lanes;                                                               \
      TYPE *restrict low = words + bit / BITS * lanes;                                                                 \
      for (size_t l = 0; l < here; l++) low[l] |= (from[l] & mask) << shift;                                           \
      if (shift + width > BITS)                                                                                        \
        for (size_t l = 0; l < here; l++) low[lanes + l] |= (from[l] & mask) >> (BITS - shift);                        \
    }                                                                                                                  \
  }                                                                                                                    \
                                                                                                                       \
  /* The lanes of a whole row group are a constant, so that its loops have no ends of their own. */                    \
  ENGRAM_INLINE void unpack_lanes_##BITS(const uint8_t *restrict words, size_t lanes, int32_t width, size_t first,     \
                                         size_t end, TYPE *restrict codes) {                                           \
    size_t row_size = lanes * sizeof(TYPE);                                                                            \
    TYPE mask = width == BITS ? ~(TYPE)0 : ((TYPE)1 << width) - 1;                                                     \
    for (size_t place = first / lanes; place * lanes < end; place++) {                                                 \
      size_t bit = place * (size_t)width;                                                                              \
      int shift = (int)(bit % BITS);                                                                                   \
      TYPE *restrict to = codes + place * lanes;                                                                       \
      const uint8_t *restrict low = words + bit / BITS * row_size, *restrict high = low + row_size;                    \
      if (shift + width > BITS)                                                                                        \
        for (size_t l = 0; l < lanes; l++) {                                                                           \
          TYPE a, b;                                                                                                   \
          memcpy(&a, low + l * sizeof a, sizeof a);                                                                    \
          memcpy(&b, high + l * sizeof b, sizeof b);                                                                   \
          to[l] = (a >> shift | b << (BITS - shift)) & mask;                                                           \
        }                                                                                                              \
      else                                                                                                             \
        for (size_t l = 0; l < lanes; l++) {                                                                           \
          TYPE a;                                                                                                      \
          memcpy(&a, low + l * sizeof a, sizeof a);                                                                    \
          to[l] = (a >> shift) & mask;                                                                                 \
        }                                                                                                              \
    }                                                                                                                  \
  }                                                                                                                    \
                                                                                                                       \
  ENGRAM_SIMD void engram_unpack_low_##BITS(const uint8_t *restrict words, size_t count, int32_t width,                \
                                            size_t first, size_t end, TYPE *restrict codes) {                          \
    size_t lanes = (count + BITS - 1) / BITS;                                                                          \
    if (width == 0)                                                                                                    \
      memset(codes + first, 0, (end - first) * sizeof *codes);                                                         \
    else if (lanes == ROW_GROUP / BITS)                                                                                \
      unpack_lanes_##BITS(words, ROW_GROUP / BITS, width, first, end, codes);                                          \
    else                                                                                                               \
      unpack_lanes_##BITS(words, lanes, width, first, end, codes);                                                     \
  }                                                                                                                    \
                                                                                                                       \
  void engram_pick_low_##BITS(const uint8_t *restrict words, size_t lanes, int32_t width,                              \
                              const engram_pick *restrict picks, size_t count, TYPE *restrict codes) {                 \
    if (width == 0) {                                                                                                  \
      memset(codes, 0, count * sizeof *codes);                                                                         \
      return;                                                                                                          \
    }                                                                                                                  \
    TYPE mask = width == BITS ? ~(TYPE)0 : ((TYPE)1 << width) - 1;                                                     \
    for (size_t j = 0; j < count; j++) {                                                                               \
      size_t bit = picks[j].place * (size_t)width;                                                                     \
      int shift = (int)(bit % BITS);                                                                                   \
      const uint8_t *low = words + (bit / BITS * lanes + picks[j].lane) * sizeof(TYPE);                                \
      TYPE a, b;                                                                                                       \
      memcpy(&a, low, sizeof a);                                                                                       \
      a >>= shift;                                                                                                     \
      if (shift + width > BITS) {                                                                                      \
        memcpy(&b, low + lanes * sizeof b, sizeof b);                                                                  \
        a |= b << (BITS - shift);                                                                                      \
      }                                                                                                                \
      codes[j] = a & mask;                                                                                             \
    }                                                                                                                  \
  }                                                                                                                    \
                                                                                                                       \
  void engram_pick_bytes_##BITS(const uint8_t *restrict bytes, const engram_pick *restrict picks, size_t count,        \
                                int32_t shift, TYPE *restrict codes) {                                                 \
    for (size_t j = 0; j < count; j++) codes[j] |= (TYPE)bytes[picks[j].number] << shift;                              \
  }                                                                                                                    \
                                                                                                                       \
  ENGRAM_SIMD void engram_code_bytes_##BITS(const TYPE *restrict codes, size_t count, int32_t shift,                   \
                                            uint8_t *restrict bytes) {                                                 \
    for (size_t i = 0; i < count; i++) bytes[i] = shift >= BITS ? 0 : (uint8_t)(codes[i] >> shift);                    \
  }                                                                                                                    \
                                                                                                                       \
  ENGRAM_SIMD void engram_add_bytes_##BITS(const uint8_t *restrict bytes, size_t count, int32_t shift,                 \
                                           TYPE *restrict codes) {                                                     \
    for (size_t i = 0; i < count; i++) codes[i] |= (TYPE)bytes[i] << shift;                                            \
  }                                                                                                                    \
                                                                                                                       \
  void engram_add_sparse_##BITS(const uint8_t *restrict gaps, const uint8_t *restrict bytes, size_t count,             \
                                int32_t shift, size_t end, TYPE *restrict codes) {                                     \
    size_t next = 0;                                                                                                   \
    for (size_t i = 0; i < count; i++) {                                                                               \
      next += gaps[i];                                                                                                 \
      if (next >= end) return;                                                                                         \
      unsigned is_further = gaps[i] == LONGEST_GAP;                                                                    \
      codes[next] |= (TYPE)(is_further ? 0 : bytes[i]) << shift;                                                       \
      next += 1 - is_further;                                                                                          \
    }                                                                                                                  \
  }

ROUTINES(32, uint32_t)
ROUTINES(64, uint64_t)
