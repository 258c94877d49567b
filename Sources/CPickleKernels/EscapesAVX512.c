/* EscapesAVX512.c -- escaped text decoded in blocks of 64 bytes by AVX-512 with VBMI2. */
#include "EscapeBlocks.h"

#ifdef ENGRAM_PICKLE_X86
#include <immintrin.h>

#define TARGET512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,bmi,bmi2,popcnt")))

ENGRAM_INLINE TARGET512 __mmask64 equal512(__m512i v, char c) { return _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8(c)); }

ENGRAM_INLINE TARGET512 __mmask64 letters512(__m512i v) {
  __m512i folded = _mm512_sub_epi8(_mm512_or_si512(v, _mm512_set1_epi8(0x20)), _mm512_set1_epi8('a'));
  return _mm512_cmple_epu8_mask(folded, _mm512_set1_epi8(5));
}

ENGRAM_INLINE TARGET512 __mmask64 hex512(__m512i v, __mmask64 letters) {
  return letters | _mm512_cmple_epu8_mask(_mm512_sub_epi8(v, _mm512_set1_epi8('0')), _mm512_set1_epi8(9));
}

/* The values of hexadecimal digits; anything elsewhere. */
ENGRAM_INLINE TARGET512 __m512i nibbles512(__m512i v, __mmask64 letters) {
  __m512i low = _mm512_and_si512(v, _mm512_set1_epi8(15));
  return _mm512_mask_add_epi8(low, letters, low, _mm512_set1_epi8(9));
}

ENGRAM_INLINE TARGET512 engram_pickle_step steps512(
    int form, uint8_t quote, const uint8_t *input, size_t input_count, uint8_t *output, size_t output_count) {
  engram_pickle_step at = {0, 0, ENGRAM_PICKLE_MORE};
  while (input_count - at.consumed >= BLOCK_READ && output_count - at.produced >= 64) {
    const uint8_t *source = input + at.consumed;
    __m512i v = _mm512_loadu_si512(source);
    block_masks m = {0};
    __mmask64 letters = 0;
    if (form == ENGRAM_PICKLE_UTF8) {
      m.high = _mm512_movepi8_mask(v);
      m.lead = equal512(v, (char)0xC2) | equal512(v, (char)0xC3);
      m.continuation = equal512(_mm512_and_si512(v, _mm512_set1_epi8((char)0xC0)), (char)0x80);
    } else {
      letters = letters512(v);
      m.hex = hex512(v, letters);
      m.backslash = equal512(v, '\\');
      m.newline = equal512(v, '\n');
      if (form == ENGRAM_PICKLE_RAW_UNICODE) {
        m.u = equal512(v, 'u');
        m.zero = equal512(v, '0');
      } else {
        m.quote = equal512(v, (char)quote);
        m.x = equal512(v, 'x');
        m.plain = m.backslash | equal512(v, 'n') | equal512(v, 'r') | equal512(v, 't') | equal512(v, '\'') |
                  equal512(v, '"');
      }
    }
    block_plan p = plan_block(form, m);
    if (!p.is_clean) break;
    if (output) {
      __m512i values = v;
      if (form == ENGRAM_PICKLE_UTF8) {
        __mmask64 second = equal512(v, (char)0xC3) << 1;
        values = _mm512_mask_or_epi64(v, 0xFF, v, _mm512_maskz_set1_epi8(second, 0x40));
      } else {
        __m512i next = _mm512_loadu_si512(source + 1);
        __m512i high = _mm512_slli_epi16(nibbles512(v, letters), 4);
        __m512i pair = _mm512_or_si512(high, nibbles512(next, letters512(next)));
        values = _mm512_mask_mov_epi8(values, p.hex_high, pair);
        if (p.simple) {
          values = _mm512_mask_set1_epi8(values, p.simple & equal512(v, 'n'), '\n');
          values = _mm512_mask_set1_epi8(values, p.simple & equal512(v, 'r'), '\r');
          values = _mm512_mask_set1_epi8(values, p.simple & equal512(v, 't'), '\t');
        }
      }
      _mm512_storeu_si512(output + at.produced, _mm512_maskz_compress_epi8(p.output, values));
    }
    at.produced += (size_t)__builtin_popcountll(p.output);
    at.consumed += p.length;
  }
  return at;
}

TARGET512 engram_pickle_step engram_pickle_blocks_avx512(int32_t form, uint8_t quote, const uint8_t *input,
                                                         size_t input_count, uint8_t *output,
                                                         size_t output_count) {
  ENGRAM_BLOCKS(steps512)
}

#endif
