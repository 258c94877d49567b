/* pickle_escapes.c -- counts and decodes bytes that a pickle writes as escaped text.
 *
 * A block of 64 input bytes becomes bit masks (bit i = byte i): where an escape starts, where a byte of
 * output stands, which bytes break the rules. Tokens that the block cuts off are left for the next block,
 * so no state is carried over. Output bytes are computed in place and then packed together. A block that
 * holds a terminator or an error goes to the scalar loop, which finds the exact byte. */

#include "pickle_escapes.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#define ENGRAM_PICKLE_X86 1
#endif

#define INLINE static inline __attribute__((always_inline))

/* ---- scalar ---- */

/* The value of a hexadecimal digit, or -1. */
INLINE int hex_value(uint8_t c) {
  if (c >= '0' && c <= '9') return c - '0';
  uint8_t letter = c | 0x20;
  if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
  return -1;
}

/* Decodes one token at input[0]; returns its length, 0 when cut off, -1 when malformed, -2 at a terminator. */
INLINE int scalar_token(int form, uint8_t quote, const uint8_t *input, size_t count, uint8_t *value) {
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

/* Steps token by token until at least `until` bytes of input are used or something stops it. */
INLINE engram_pickle_step scalar_steps(
    int form, uint8_t quote, const uint8_t *input, size_t input_count,
    uint8_t *output, size_t output_count, engram_pickle_step at, size_t until) {
  while (at.consumed < until) {
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

/* ---- what 64 bytes are, as masks ---- */

#ifdef ENGRAM_PICKLE_X86

/* Bit i tells about byte i of the block. Which masks are filled depends on the form. */
typedef struct {
  uint64_t backslash, quote, newline, x, hex, plain, u, zero, lead, high, continuation;
} block_masks;

/* What to do with a block: bits of whole tokens, of output bytes, of hexadecimal values, of simple escapes. */
typedef struct {
  uint64_t output, hex_high, simple;
  unsigned length;
  int is_clean;
} block_plan;

#define EVEN_BITS 0x5555555555555555ull

/* The backslashes that start an escape, in a block that starts at a token: every other one of each run. */
INLINE uint64_t escape_starts(uint64_t backslash) {
  if ((backslash & backslash << 1) == 0) return backslash;
  uint64_t first = backslash & ~(backslash << 1);
  /* Adding its first bit to a run clears the run, so what is cleared are the runs that start at an even bit. */
  uint64_t even_runs = backslash & ~(backslash + (first & EVEN_BITS));
  return (even_runs & EVEN_BITS) | (backslash & ~even_runs & ~EVEN_BITS);
}

INLINE uint64_t low_bits(unsigned count) { return count >= 64 ? ~0ull : (1ull << count) - 1; }

INLINE block_plan plan_block(int form, block_masks m) {
  block_plan p = {0, 0, 0, 64, 1};
  /* A token that starts inside another is an error even where the block is cut before it. */
  uint64_t bad, live, nested;
  if (form == ENGRAM_PICKLE_UTF8) {
    if (m.lead >> 63) p.length = 63;
    live = low_bits(p.length);
    uint64_t second = m.lead << 1;
    nested = second & m.lead;
    bad = (m.high & ~(m.lead | second)) | (second & ~m.continuation);
    p.output = ~m.lead & live;
  } else if (form == ENGRAM_PICKLE_RAW_UNICODE) {
    uint64_t start = m.backslash;
    /* An escape is six bytes: one that starts after bit 58 is cut off. */
    if (start >> 59) p.length = 59 + (unsigned)__builtin_ctzll(start >> 59);
    live = low_bits(p.length);
    nested = start & (start << 1 | start << 2 | start << 3 | start << 4 | start << 5);
    bad = (start << 1 & ~m.u) | ((start << 2 | start << 3) & ~m.zero) | ((start << 4 | start << 5) & ~m.hex) | m.newline;
    p.hex_high = start << 4 & live;
    p.output = ~(start | start << 1 | start << 2 | start << 3 | start << 5) & live;
  } else {
    uint64_t start = escape_starts(m.backslash);
    uint64_t kind = start << 1;
    uint64_t x = kind & m.x;
    /* \xHH is four bytes: one whose x is at bit 62 or 63 is cut off, and so is a backslash at bit 63. */
    if (x >> 62 & 1) p.length = 61;
    else if (x >> 63) p.length = 62;
    else if (start >> 63) p.length = 63;
    live = low_bits(p.length);
    nested = (x << 1 | x << 2) & m.backslash;
    bad = ((x << 1 | x << 2) & ~m.hex) | (kind & ~x & ~m.plain) | (m.quote & ~kind) | m.newline;
    p.hex_high = x << 1 & live;
    p.simple = kind & ~x & live;
    p.output = ~(start | x | x << 2) & live;
  }
  p.is_clean = ((bad & live) | nested) == 0;
  return p;
}

/* Bytes of input that a block may read: 64, and one more for the second digit of a pair. */
#define BLOCK_READ 65

/* ---- AVX-512 ---- */

#define TARGET512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,bmi,bmi2,popcnt")))

INLINE TARGET512 __mmask64 equal512(__m512i v, char c) { return _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8(c)); }

INLINE TARGET512 __mmask64 letters512(__m512i v) {
  __m512i folded = _mm512_sub_epi8(_mm512_or_si512(v, _mm512_set1_epi8(0x20)), _mm512_set1_epi8('a'));
  return _mm512_cmple_epu8_mask(folded, _mm512_set1_epi8(5));
}

INLINE TARGET512 __mmask64 hex512(__m512i v, __mmask64 letters) {
  return letters | _mm512_cmple_epu8_mask(_mm512_sub_epi8(v, _mm512_set1_epi8('0')), _mm512_set1_epi8(9));
}

/* The values of hexadecimal digits; anything elsewhere. */
INLINE TARGET512 __m512i nibbles512(__m512i v, __mmask64 letters) {
  __m512i low = _mm512_and_si512(v, _mm512_set1_epi8(15));
  return _mm512_mask_add_epi8(low, letters, low, _mm512_set1_epi8(9));
}

INLINE TARGET512 engram_pickle_step steps512(
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

/* ---- AVX2 ---- */

#define TARGET256 __attribute__((target("avx2,bmi,bmi2,popcnt")))

/* 64 bytes in two halves. */
typedef struct { __m256i low, high; } pair256;

INLINE TARGET256 uint64_t mask256(__m256i low, __m256i high) {
  return (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32;
}

INLINE TARGET256 uint64_t equal256(pair256 v, char c) {
  __m256i wanted = _mm256_set1_epi8(c);
  return mask256(_mm256_cmpeq_epi8(v.low, wanted), _mm256_cmpeq_epi8(v.high, wanted));
}

/* All ones in the bytes that are at most `limit`, compared without sign. */
INLINE TARGET256 __m256i at_most256(__m256i v, char limit) {
  return _mm256_cmpeq_epi8(_mm256_min_epu8(v, _mm256_set1_epi8(limit)), v);
}

INLINE TARGET256 __m256i letters256(__m256i v) {
  return at_most256(
      _mm256_sub_epi8(_mm256_or_si256(v, _mm256_set1_epi8(0x20)), _mm256_set1_epi8('a')), 5);
}

INLINE TARGET256 __m256i hex256(__m256i v) {
  return _mm256_or_si256(letters256(v), at_most256(_mm256_sub_epi8(v, _mm256_set1_epi8('0')), 9));
}

INLINE TARGET256 __m256i nibbles256(__m256i v) {
  return _mm256_add_epi8(
      _mm256_and_si256(v, _mm256_set1_epi8(15)), _mm256_and_si256(letters256(v), _mm256_set1_epi8(9)));
}

/* All ones in the bytes whose bit is set. */
INLINE TARGET256 __m256i bytes256(uint32_t bits) {
  const __m256i spread = _mm256_setr_epi8(
      0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3);
  const __m256i bit = _mm256_set1_epi64x((long long)0x8040201008040201ull);
  __m256i copied = _mm256_shuffle_epi8(_mm256_set1_epi32((int)bits), spread);
  return _mm256_cmpeq_epi8(_mm256_and_si256(copied, bit), bit);
}

/* The values of half a block, in place. */
INLINE TARGET256 __m256i values256(int form, __m256i v, const uint8_t *source, uint32_t hex_high, uint32_t simple) {
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

INLINE TARGET256 engram_pickle_step steps256(
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

/* ---- one function for each level and form, so that the form is a constant inside the loop ---- */

#define VECTOR_STEPS(NAME, TARGET, STEPS, FORM)                                                            \
  static TARGET engram_pickle_step NAME(                                                                   \
      uint8_t quote, const uint8_t *input, size_t input_count, uint8_t *output, size_t output_count) {     \
    return output ? STEPS(FORM, quote, input, input_count, output, output_count)                           \
                  : STEPS(FORM, quote, input, input_count, NULL, output_count);                            \
  }

VECTOR_STEPS(repr512, TARGET512, steps512, ENGRAM_PICKLE_REPR)
VECTOR_STEPS(raw512, TARGET512, steps512, ENGRAM_PICKLE_RAW_UNICODE)
VECTOR_STEPS(utf512, TARGET512, steps512, ENGRAM_PICKLE_UTF8)
VECTOR_STEPS(repr256, TARGET256, steps256, ENGRAM_PICKLE_REPR)
VECTOR_STEPS(raw256, TARGET256, steps256, ENGRAM_PICKLE_RAW_UNICODE)
VECTOR_STEPS(utf256, TARGET256, steps256, ENGRAM_PICKLE_UTF8)

#endif

#define SCALAR_STEPS(NAME, FORM)                                                                           \
  static engram_pickle_step NAME(                                                                          \
      uint8_t quote, const uint8_t *input, size_t input_count, uint8_t *output, size_t output_count,       \
      engram_pickle_step at, size_t until) {                                                               \
    return scalar_steps(FORM, quote, input, input_count, output, output_count, at, until);                 \
  }

SCALAR_STEPS(repr_scalar, ENGRAM_PICKLE_REPR)
SCALAR_STEPS(raw_scalar, ENGRAM_PICKLE_RAW_UNICODE)
SCALAR_STEPS(utf_scalar, ENGRAM_PICKLE_UTF8)

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
  if (level > 0) {
    int wide = level > 1;
    if (form == ENGRAM_PICKLE_REPR)
      at = (wide ? repr512 : repr256)(quote, input, input_count, output, output_count);
    else if (form == ENGRAM_PICKLE_RAW_UNICODE)
      at = (wide ? raw512 : raw256)(quote, input, input_count, output, output_count);
    else
      at = (wide ? utf512 : utf256)(quote, input, input_count, output, output_count);
  }
#else
  (void)level;
#endif
  /* What is left: a tail shorter than a block, or a block with a terminator or an error in it. */
  if (form == ENGRAM_PICKLE_REPR)
    at = repr_scalar(quote, input, input_count, output, output_count, at, input_count);
  else if (form == ENGRAM_PICKLE_RAW_UNICODE)
    at = raw_scalar(quote, input, input_count, output, output_count, at, input_count);
  else
    at = utf_scalar(quote, input, input_count, output, output_count, at, input_count);
  return at;
}
