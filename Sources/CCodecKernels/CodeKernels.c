/* CodeKernels.c -- codes to low bits and high bytes and back. */
#include "CodeKernels.h"
#include "Ordered.h"
#include "ResidualKernels.h"
#include "Simd.h"

#include <string.h>

/* The number of bits up to the highest that is set. */
/* The lowest bit keeps the argument of clz from zero, without a branch. */
ENGRAM_INLINE int length_32(uint32_t code) { return 63 - __builtin_clzll((uint64_t)code << 1 | 1); }
ENGRAM_INLINE int length_64(uint64_t code) { return code == 0 ? 0 : 64 - __builtin_clzll(code); }

/* The lanes of a number of codes. */
ENGRAM_INLINE size_t lanes_of(size_t count, size_t width) { return (count + width - 1) / width; }

size_t engram_place_picks(const int32_t *examples, size_t count, const uint8_t *copied, const engram_grades *grades,
                          uint32_t width, engram_pick *picks, uint8_t *copies) {
  memset(copies, 0, (count + 7) / 8);
  size_t next = 0;
  for (size_t j = 0; j < count; j++) {
    size_t example = (size_t)examples[j];
    size_t number = example - (copied ? engram_count_bits(copied, example) : 0);
    unsigned is_copy = copied ? copied[example >> 3] >> (example & 7) & 1u : 0;
    copies[j >> 3] |= (uint8_t)(is_copy << (j & 7));
    if (is_copy) continue;
    uint32_t place = grades->places ? grades->places[number] : (uint32_t)number, grade = 0;
    while (place >= grades->starts[grade + 1]) grade++;
    uint32_t inside = place - grades->starts[grade];
    uint32_t lanes = (uint32_t)lanes_of(grades->starts[grade + 1] - grades->starts[grade], width);
    picks[next++] = (engram_pick){(uint32_t)number, place, grade, inside % lanes, inside / lanes};
  }
  return next;
}

void engram_count_grades(const uint8_t *grades, size_t count, uint32_t counts[ENGRAM_MOST_GRADES]) {
  const uint64_t low_bits = UINT64_C(0x5555555555555555);
  counts[0] = (uint32_t)count;
  counts[1] = counts[2] = counts[3] = 0;
  for (size_t first = 0; first < count; first += 32) {
    uint64_t word = 0;
    size_t here = count - first < 32 ? count - first : 32;
    memcpy(&word, grades + first / 4, (here + 3) / 4);
    if (here < 32) word &= (UINT64_C(1) << 2 * here) - 1;
    uint64_t low = word & low_bits, high = word >> 1 & low_bits;
    counts[1] += (uint32_t)__builtin_popcountll(low & ~high);
    counts[2] += (uint32_t)__builtin_popcountll(high & ~low);
    counts[3] += (uint32_t)__builtin_popcountll(high & low);
  }
  counts[0] -= counts[1] + counts[2] + counts[3];
}

void engram_place_codes(const uint8_t *grades, size_t count, const uint32_t starts[ENGRAM_MOST_GRADES], uint16_t *places) {
  /* The next place of each grade, sixteen bits of one word, so that none waits for memory. */
  uint64_t next = 0;
  for (int g = ENGRAM_MOST_GRADES - 1; g >= 0; g--) next = next << 16 | (uint16_t)starts[g];
  for (size_t i = 0; i < count; i++) {
    int shift = (grades[i >> 2] >> 2 * (i & 3) & 3) * 16;
    places[i] = (uint16_t)(next >> shift);
    next += UINT64_C(1) << shift;
  }
}

void engram_find_grades(const uint32_t *sums, size_t count, size_t each, size_t size, uint8_t *grades) {
  /* Quarters of a bit of the mean length: a code has at most 65 bits as they are counted. */
  enum { BINS = 4 * 65 + 1 };
  uint32_t next[BINS + 1] = {0};
  for (size_t i = 0; i < count; i++) next[(size_t)sums[i] * 4 / each + 1]++;
  for (size_t bin = 1; bin <= BINS; bin++) next[bin] += next[bin - 1];
  memset(grades, 0, (count + 3) / 4);
  for (size_t i = 0; i < count; i++)
    grades[i >> 2] |= (uint8_t)(next[(size_t)sums[i] * 4 / each]++ / size << 2 * (i & 3));
}

/* The gap that leads further and has no byte of its own. */
enum { LONGEST_GAP = 255 };

ENGRAM_SIMD size_t engram_reach_of_gaps(const uint8_t *gaps, size_t count) {
  /* At most 65,535 gaps, so 32 bits are enough. */
  uint32_t reach = 0;
  for (size_t i = 0; i < count; i++) reach += (uint32_t)gaps[i] + (gaps[i] != LONGEST_GAP);
  return reach;
}

void engram_fill_sparse(const uint8_t *gaps, size_t count, size_t total, uint8_t *row) {
  const uint8_t *bytes = gaps + count;
  memset(row, 0, total);
  size_t next = 0;
  for (size_t i = 0; i < count; i++) {
    next += gaps[i];
    if (gaps[i] == LONGEST_GAP) continue;
    row[next++] = bytes[i];
  }
}

/* Examples of a row group, and of a grade, as this program writes them. */
enum { ROW_GROUP = 768, GRADE = 256 };

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
  /* The same for a grade, of which a word of all lanes fits one vector: each is read once. */                         \
  ENGRAM_INLINE void unpack_grade_##BITS(const uint8_t *restrict words, int32_t width, TYPE *restrict codes) {         \
    enum { LANES = GRADE / BITS };                                                                                     \
    TYPE mask = width == BITS ? ~(TYPE)0 : ((TYPE)1 << width) - 1;                                                     \
    TYPE low[LANES], high[LANES];                                                                                      \
    memcpy(low, words, sizeof low);                                                                                    \
    for (int place = 0, shift = 0; place < BITS; place++, codes += LANES) {                                            \
      if (shift + width <= BITS) {                                                                                     \
        for (int l = 0; l < LANES; l++) codes[l] = (low[l] >> shift) & mask;                                           \
        shift += width;                                                                                                \
        if (shift < BITS || place + 1 == BITS) continue;                                                               \
        words += sizeof low;                                                                                           \
        memcpy(low, words, sizeof low);                                                                                \
        shift = 0;                                                                                                     \
      } else {                                                                                                         \
        words += sizeof low;                                                                                           \
        memcpy(high, words, sizeof high);                                                                              \
        /* In two steps, because a shift by all bits means nothing. */                                                 \
        for (int l = 0; l < LANES; l++) codes[l] = (low[l] >> shift | high[l] << 1 << (BITS - 1 - shift)) & mask;      \
        memcpy(low, high, sizeof low);                                                                                 \
        shift += width - BITS;                                                                                         \
      }                                                                                                                \
    }                                                                                                                  \
  }                                                                                                                    \
                                                                                                                       \
  ENGRAM_INLINE void unpack_##BITS(const uint8_t *restrict words, size_t lanes, int32_t width, size_t first,           \
                                   size_t end, TYPE *restrict codes) {                                                 \
    if (width == 0)                                                                                                    \
      memset(codes + first, 0, (end - first) * sizeof *codes);                                                         \
    else if (lanes == ROW_GROUP / BITS)                                                                                \
      unpack_lanes_##BITS(words, ROW_GROUP / BITS, width, first, end, codes);                                          \
    else                                                                                                               \
      unpack_lanes_##BITS(words, lanes, width, first, end, codes);                                                     \
  }                                                                                                                    \
                                                                                                                       \
  ENGRAM_SIMD void engram_unpack_low_##BITS(const uint8_t *restrict words, const engram_grades *restrict grades,       \
                                            const uint8_t widths[], size_t first, size_t end, TYPE *restrict codes) {  \
    if (grades->count == 1) {                                                                                          \
      unpack_##BITS(words, lanes_of(grades->starts[1], BITS), widths[0], first, end, codes);                           \
      return;                                                                                                          \
    }                                                                                                                  \
    for (size_t g = 0; g < grades->count; g++) {                                                                       \
      size_t start = grades->starts[g], count = grades->starts[g + 1] - start, lanes = lanes_of(count, BITS);          \
      int32_t width = widths[g];                                                                                       \
      /* What is unpacked beyond a grade is unpacked again as the next. */                                             \
      if (width > 0 && lanes == GRADE / BITS)                                                                          \
        unpack_grade_##BITS(words, width, codes + start);                                                              \
      else if (count > 0)                                                                                              \
        unpack_##BITS(words, lanes, width, 0, count, codes + start);                                                   \
      words += (size_t)width * lanes * sizeof *codes;                                                                  \
    }                                                                                                                  \
  }                                                                                                                    \
                                                                                                                       \
  void engram_pick_low_##BITS(const uint8_t *restrict words, const engram_grades *restrict grades,                     \
                              const uint8_t widths[], const engram_pick *restrict picks, size_t count,                 \
                              TYPE *restrict codes) {                                                                  \
    size_t lanes[ENGRAM_MOST_GRADES];                                                                                  \
    const uint8_t *starts[ENGRAM_MOST_GRADES];                                                                         \
    for (size_t g = 0; g < grades->count; g++) {                                                                       \
      lanes[g] = lanes_of(grades->starts[g + 1] - grades->starts[g], BITS);                                            \
      starts[g] = words;                                                                                               \
      words += widths[g] * lanes[g] * sizeof *codes;                                                                   \
    }                                                                                                                  \
    for (size_t j = 0; j < count; j++) {                                                                               \
      uint32_t grade = picks[j].grade, width = widths[grade];                                                          \
      if (width == 0) {                                                                                                \
        codes[j] = 0;                                                                                                  \
        continue;                                                                                                      \
      }                                                                                                                \
      TYPE mask = width == BITS ? ~(TYPE)0 : ((TYPE)1 << width) - 1;                                                   \
      size_t bit = picks[j].slot * (size_t)width;                                                                      \
      int shift = (int)(bit % BITS);                                                                                   \
      const uint8_t *low = starts[grade] + (bit / BITS * lanes[grade] + picks[j].lane) * sizeof(TYPE);                 \
      TYPE a, b;                                                                                                       \
      memcpy(&a, low, sizeof a);                                                                                       \
      a >>= shift;                                                                                                     \
      if (shift + width > BITS) {                                                                                      \
        memcpy(&b, low + lanes[grade] * sizeof b, sizeof b);                                                           \
        a |= b << (BITS - shift);                                                                                      \
      }                                                                                                                \
      codes[j] = a & mask;                                                                                             \
    }                                                                                                                  \
  }                                                                                                                    \
                                                                                                                       \
  void engram_pick_codes_##BITS(const TYPE *restrict all, const engram_pick *restrict picks, size_t count,             \
                                TYPE *restrict codes) {                                                                \
    for (size_t j = 0; j < count; j++) codes[j] = all[picks[j].number];                                                \
  }                                                                                                                    \
                                                                                                                       \
  void engram_pick_bytes_##BITS(const uint8_t *restrict bytes, const engram_pick *restrict picks, size_t count,        \
                                const uint8_t widths[], int32_t above, TYPE *restrict codes) {                         \
    for (size_t j = 0; j < count; j++) {                                                                               \
      int32_t shift = widths[picks[j].grade] + above;                                                                  \
      codes[j] |= shift >= BITS ? 0 : (TYPE)bytes[picks[j].place] << shift;                                            \
    }                                                                                                                  \
  }                                                                                                                    \
                                                                                                                       \
  void engram_grade_codes_##BITS(const TYPE *restrict codes, const uint16_t *restrict places, size_t count,            \
                                 TYPE *restrict graded) {                                                              \
    for (size_t i = 0; i < count; i++) graded[places[i]] = codes[i];                                                   \
  }                                                                                                                    \
                                                                                                                       \
  void engram_order_codes_##BITS(const TYPE *restrict graded, const uint16_t *restrict places, size_t first,           \
                                 size_t end, TYPE *restrict codes) {                                                   \
    for (size_t i = first; i < end; i++) codes[i] = graded[places[i]];                                                 \
  }                                                                                                                    \
                                                                                                                       \
  ENGRAM_SIMD void engram_add_lengths_##BITS(const TYPE *restrict codes, size_t count, uint32_t *restrict sums) {      \
    for (size_t i = 0; i < count; i++) sums[i] += length_of_##BITS(codes[i]);                                          \
  }                                                                                                                    \
                                                                                                                       \
  ENGRAM_SIMD void engram_code_bytes_##BITS(const TYPE *restrict codes, size_t count, int32_t shift,                   \
                                            uint8_t *restrict bytes) {                                                 \
    for (size_t i = 0; i < count; i++) bytes[i] = shift >= BITS ? 0 : (uint8_t)(codes[i] >> shift);                    \
  }                                                                                                                    \
                                                                                                                       \
  ENGRAM_SIMD void engram_add_bytes_##BITS(const uint8_t *restrict bytes, const engram_grades *restrict grades,        \
                                           const uint8_t widths[], int32_t above, size_t first, size_t end,            \
                                           TYPE *restrict codes) {                                                     \
    for (size_t g = 0; g < grades->count; g++) {                                                                       \
      int32_t shift = widths[g] + above;                                                                               \
      if (shift >= BITS) continue;                                                                                     \
      size_t from = grades->starts[g] < first ? first : grades->starts[g];                                             \
      size_t to = grades->starts[g + 1] < end ? grades->starts[g + 1] : end;                                           \
      for (size_t i = from; i < to; i++) codes[i] |= (TYPE)bytes[i] << shift;                                          \
    }                                                                                                                  \
  }                                                                                                                    \
                                                                                                                       \
  void engram_add_sparse_##BITS(const uint8_t *restrict gaps, size_t count, const engram_grades *restrict grades,      \
                                const uint8_t widths[], int32_t above, size_t end, TYPE *restrict codes) {             \
    const uint8_t *restrict bytes = gaps + count;                                                                      \
    size_t next = 0, i = 0;                                                                                            \
    for (size_t g = 0; g < grades->count; g++) {                                                                       \
      size_t limit = grades->starts[g + 1] < end ? grades->starts[g + 1] : end;                                        \
      int32_t shift = widths[g] + above;                                                                               \
      /* What lies above the code counts for nothing. */                                                               \
      TYPE mask = shift < BITS ? 0xff : 0;                                                                             \
      shift = shift < BITS ? shift : 0;                                                                                \
      for (; i < count; i++) {                                                                                         \
        size_t place = next + gaps[i];                                                                                 \
        if (place >= limit) break;                                                                                     \
        unsigned is_further = gaps[i] == LONGEST_GAP;                                                                  \
        codes[place] |= ((is_further ? 0 : bytes[i]) & mask) << shift;                                                 \
        next = place + 1 - is_further;                                                                                 \
      }                                                                                                                \
    }                                                                                                                  \
  }

ROUTINES(32, uint32_t)
ROUTINES(64, uint64_t)
