/* EscapesAVX2.c -- escaped text decoded in blocks of 64 bytes by AVX2 with BMI2. */
#include "EscapeBlocks.h"

#ifdef ENGRAM_PICKLE_X86
#include <immintrin.h>
#include <string.h>

#define TARGET256 __attribute__((target("avx2,bmi,bmi2,popcnt")))

/* 64 bytes in two halves. */
typedef struct { __m256i low, high; } pair256;

ENGRAM_INLINE TARGET256 uint64_t mask256(__m256i low, __m256i high) {
  return (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32;
}

ENGRAM_INLINE TARGET256 uint64_t equal256(pair256 v, char c) {
  __m256i wanted = _mm256_set1_epi8(c);
  return mask256(_mm256_cmpeq_epi8(v.low, wanted), _mm256_cmpeq_epi8(v.high, wanted));
}

/* All ones in the bytes that are at most `limit`, compared without sign. */
ENGRAM_INLINE TARGET256 __m256i at_most256(__m256i v, char limit) {
  return _mm256_cmpeq_epi8(_mm256_min_epu8(v, _mm256_set1_epi8(limit)), v);
}

ENGRAM_INLINE TARGET256 __m256i letters256(__m256i v) {
  return at_most256(
      _mm256_sub_epi8(_mm256_or_si256(v, _mm256_set1_epi8(0x20)), _mm256_set1_epi8('a')), 5);
}

ENGRAM_INLINE TARGET256 __m256i hex256(__m256i v) {
  return _mm256_or_si256(letters256(v), at_most256(_mm256_sub_epi8(v, _mm256_set1_epi8('0')), 9));
}

ENGRAM_INLINE TARGET256 __m256i nibbles256(__m256i v) {
  return _mm256_add_epi8(
      _mm256_and_si256(v, _mm256_set1_epi8(15)), _mm256_and_si256(letters256(v), _mm256_set1_epi8(9)));
}

/* All ones in the bytes whose bit is set. */
ENGRAM_INLINE TARGET256 __m256i bytes256(uint32_t bits) {
  const __m256i spread = _mm256_setr_epi8(
      0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3);
  const __m256i bit = _mm256_set1_epi64x((long long)0x8040201008040201ull);
  __m256i copied = _mm256_shuffle_epi8(_mm256_set1_epi32((int)bits), spread);
  return _mm256_cmpeq_epi8(_mm256_and_si256(copied, bit), bit);
}

/* The values of half a block, in place. */
ENGRAM_INLINE TARGET256 __m256i values256(int form, __m256i v, const uint8_t *source, uint32_t hex_high, uint32_t simple) {
  if (form == ENGRAM_PICKLE_UTF8)  /* hex_high stands for the bytes after 0xC3 here */
    return _mm256_or_si256(v, _mm256_and_si256(bytes256(hex_high), _mm256_set1_epi8(0x40)));
  __m256i next = _mm256_loadu_si256((const __m256i *)(source + 1));
  __m256i pair = _mm256_or_si256(_mm256_slli_epi16(nibbles256(v), 4), nibbles256(next));
  __m256i values = _mm256_blendv_epi8(v, pair, bytes256(hex_high));
  if (simple) {
    __m256i where = bytes256(simple);
    static const char from[3] = {'n', 'r', 't'}, to[3] = {'\n', '\r', '\t'};
    for (int i = 0; i < 3; i++) {
      __m256i hit = _mm256_and_si256(where, _mm256_cmpeq_epi8(v, _mm256_set1_epi8(from[i])));
      values = _mm256_blendv_epi8(values, _mm256_set1_epi8(to[i]), hit);
    }
  }
  return values;
}

ENGRAM_INLINE TARGET256 engram_pickle_step steps256(
    int form, uint8_t quote, const uint8_t *input, size_t input_count, uint8_t *output, size_t output_count) {
  engram_pickle_step at = {0, 0, ENGRAM_PICKLE_MORE};
  while (input_count - at.consumed >= BLOCK_READ && output_count - at.produced >= 64) {
    const uint8_t *source = input + at.consumed;
    pair256 v = {_mm256_loadu_si256((const __m256i *)source), _mm256_loadu_si256((const __m256i *)(source + 32))};
    block_masks m = {0};
    uint64_t after_c3 = 0;
    if (form == ENGRAM_PICKLE_UTF8) {
      m.high = mask256(v.low, v.high);
      uint64_t c3 = equal256(v, (char)0xC3);
      after_c3 = c3 << 1;
      m.lead = equal256(v, (char)0xC2) | c3;
      __m256i top = _mm256_set1_epi8((char)0xC0);
      pair256 tops = {_mm256_and_si256(v.low, top), _mm256_and_si256(v.high, top)};
      m.continuation = equal256(tops, (char)0x80);
    } else {
      m.hex = mask256(hex256(v.low), hex256(v.high));
      m.backslash = equal256(v, '\\');
      m.newline = equal256(v, '\n');
      if (form == ENGRAM_PICKLE_RAW_UNICODE) {
        m.u = equal256(v, 'u');
        m.zero = equal256(v, '0');
      } else {
        m.quote = equal256(v, (char)quote);
        m.x = equal256(v, 'x');
        m.plain = m.backslash | equal256(v, 'n') | equal256(v, 'r') | equal256(v, 't') | equal256(v, '\'') |
                  equal256(v, '"');
      }
    }
    block_plan p = plan_block(form, m);
    if (!p.is_clean) break;
    if (output) {
      uint8_t values[64];
      uint64_t marked = form == ENGRAM_PICKLE_UTF8 ? after_c3 : p.hex_high;
      _mm256_storeu_si256(
          (__m256i *)values, values256(form, v.low, source, (uint32_t)marked, (uint32_t)p.simple));
      _mm256_storeu_si256(
          (__m256i *)(values + 32),
          values256(form, v.high, source + 32, (uint32_t)(marked >> 32), (uint32_t)(p.simple >> 32)));
      uint8_t *target = output + at.produced;
      /* Eight bytes at a time: at step k at most 8k bytes stand before, so 64 bytes of room are enough. */
      for (unsigned k = 0; k < 8; k++) {
        uint64_t kept = p.output >> 8 * k & 0xFF, eight;
        memcpy(&eight, values + 8 * k, 8);
        uint64_t packed = _pext_u64(eight, _pdep_u64(kept, 0x0101010101010101ull) * 0xFF);
        memcpy(target, &packed, 8);
        target += __builtin_popcountll(kept);
      }
    }
    at.produced += (size_t)__builtin_popcountll(p.output);
    at.consumed += p.length;
  }
  return at;
}

TARGET256 engram_pickle_step engram_pickle_blocks_avx2(int32_t form, uint8_t quote, const uint8_t *input,
                                                       size_t input_count, uint8_t *output,
                                                       size_t output_count) {
  ENGRAM_BLOCKS(steps256)
}

#endif
