/* LineKeysAVX512.c -- keys of many columns from whole cache lines of their rows, whose bytes AVX-512 with VBMI permutes. */
#include "LineKeys.h"

#if defined(__x86_64__)
#include "ForestEntry.h"
#include "Simd.h"

#include <immintrin.h>

#define VBMI __attribute__((target("avx512f,avx512bw,avx512vbmi")))
enum { LINE = 64, LANES = ENGRAM_SORTED_LANES, TOGETHER = 8, AHEAD = 8, SEEN = 64 };

/* One line of a row, and where its bytes go in the row's keys. */
typedef struct {
  size_t start;
  __m512i sources;
  __mmask64 targets;
} line_part;

/* Fills keys from `part_count` lines of each row, which is known when this is compiled. */
ENGRAM_INLINE VBMI void fill_from(const uint8_t *bins, size_t row_stride, const engram_node_rows *node,
                                  const uint16_t *codes, const line_part *parts, size_t part_count, int is_first,
                                  uint16_t *keys) {
  for (size_t i = 0; i < node->count; i++, keys += LANES) {
    const uint8_t *row = bins + ROW(node->entries[i]) * row_stride;
    size_t later = i + AHEAD < node->count ? i + AHEAD : i;
    const uint8_t *ahead = bins + ROW(node->entries[later]) * row_stride;
    __m512i key = is_first ? _mm512_set1_epi16((short)codes[i]) : _mm512_load_si512(keys);
#pragma clang loop unroll(full)
    for (size_t p = 0; p < part_count; p++) {
      __builtin_prefetch(ahead + parts[p].start);
      __m512i line = _mm512_loadu_si512(row + parts[p].start);
      key = _mm512_mask_permutexvar_epi8(key, parts[p].targets, parts[p].sources, line);
    }
    _mm512_store_si512(keys, key);
  }
}

static VBMI void fill(const uint8_t *bins, size_t row_stride, const engram_node_rows *node, const int32_t *columns,
                      size_t width, const uint16_t *codes, uint16_t *keys) {
  line_part parts[LANES + TOGETHER];
  uint8_t sources[LANES][LINE];
  /* Where the part of a line was last seen, by the lower bits of its number. */
  uint8_t seen[SEEN] = {0};
  size_t count = 0;
  for (size_t lane = 0; lane < width; lane++) {
    size_t line = (size_t)columns[lane] / LINE, p = seen[line % SEEN];
    if (p >= count || parts[p].start != line * LINE) {
      for (p = 0; p < count && parts[p].start != line * LINE;) p++;
      if (p == count) parts[count++] = (line_part){line * LINE, _mm512_setzero_si512(), 0};
      seen[line % SEEN] = (uint8_t)p;
    }
    /* The bin is the high byte of a key. */
    sources[p][2 * lane + 1] = (uint8_t)((size_t)columns[lane] % LINE);
    parts[p].targets |= (__mmask64)1 << (2 * lane + 1);
  }
  for (size_t p = 0; p < count; p++) parts[p].sources = _mm512_maskz_loadu_epi8(parts[p].targets, sources[p]);
  /* Filled up with parts that change nothing. */
  for (size_t p = count; p < count + TOGETHER; p++) parts[p] = (line_part){parts[0].start, parts[0].sources, 0};
  for (size_t p = 0; p < count; p += TOGETHER) {
    if (count - p > TOGETHER / 2)
      fill_from(bins, row_stride, node, codes, parts + p, TOGETHER, p == 0, keys);
    else if (count - p > TOGETHER / 4)
      fill_from(bins, row_stride, node, codes, parts + p, TOGETHER / 2, p == 0, keys);
    else
      fill_from(bins, row_stride, node, codes, parts + p, TOGETHER / 4, p == 0, keys);
  }
}
#endif

int engram_can_permute_lines(void) {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi");
#else
  return 0;
#endif
}

void engram_keys_from_lines(const uint8_t *bins, size_t row_stride, const engram_node_rows *node, const int32_t *columns,
                            size_t width, const uint16_t *codes, uint16_t *keys) {
#if defined(__x86_64__)
  fill(bins, row_stride, node, columns, width, codes, keys);
#endif
}
