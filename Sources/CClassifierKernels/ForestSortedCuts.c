/* ForestSortedCuts.c -- the cuts of nodes of few rows, which are sorted in many columns at once. */
#include "ForestEntry.h"
#include "ForestKernels.h"
#include "LaneSort.h"
#include "Simd.h"

#include <string.h>

/* A product and a sum stay two roundings, whatever the processor could fuse: the same forest everywhere. */
#pragma STDC FP_CONTRACT OFF

typedef uint8_t lanes_u8 __attribute__((ext_vector_type(LANES)));

#define WIDTH 16
#include "LaneCuts.h"
/* For the last columns, of which there may be few: half of the work. */
#define WIDTH 8
#include "LaneCuts.h"

/* How many rows ahead values are asked for, where a node is so large that its rows are not in the cache yet. */
enum { AHEAD = 8, LARGE_NODE = 64 };

ENGRAM_INLINE void ask_for_bins(const uint8_t *bins, size_t row_stride, const engram_node_rows *node, size_t i,
                                const size_t *places) {
  if (node->count <= LARGE_NODE || i >= node->count) return;
  const uint8_t *row = bins + ROW(node->entries[i]) * row_stride;
  for (size_t lane = 0; lane < LANES; lane++) __builtin_prefetch(row + places[lane]);
}

/* The bins of LANES columns that are named, or of fewer, of a node's rows. */
ENGRAM_INLINE void gather_bins(const uint8_t *bins, size_t row_stride, const engram_node_rows *node,
                               const int32_t *columns, size_t width, lanes_u8 *gathered) {
  size_t places[LANES];
  for (size_t lane = 0; lane < LANES; lane++) places[lane] = (size_t)columns[lane < width ? lane : 0];
  /* Few columns take half of the loads; what the other lanes hold is not looked at. */
  if (width <= LANES / 2) {
    for (size_t i = 0; i < node->count; i++) {
      const uint8_t *row = bins + ROW(node->entries[i]) * row_stride;
      uint8_t *own = (uint8_t *)(gathered + i);
#pragma clang loop unroll(full)
      for (size_t lane = 0; lane < LANES / 2; lane++) own[lane] = row[places[lane]];
      memset(own + LANES / 2, 0, LANES / 2);
    }
  } else {
    for (size_t i = 0; i < node->count; i++) {
      const uint8_t *row = bins + ROW(node->entries[i]) * row_stride;
      uint8_t *own = (uint8_t *)(gathered + i);
      ask_for_bins(bins, row_stride, node, i + AHEAD, places);
#pragma clang loop unroll(full)
      for (size_t lane = 0; lane < LANES; lane++) own[lane] = row[places[lane]];
    }
  }
}

ENGRAM_SIMD void engram_cuts_sorted(const uint8_t *bins, size_t row_stride, const engram_node_rows *node,
                                    const int32_t *columns, size_t column_count, uint16_t *scratch, engram_cut *cuts) {
  unsigned weight_bits = node->weight_bits;
  uint16_t codes[ENGRAM_SORTED_LIMIT];
  for (size_t i = 0; i < node->count; i++)
    codes[i] = (uint16_t)(CLASS(node->entries[i]) << weight_bits | WEIGHT(node->entries[i]));
  lanes_u8 gathered[ENGRAM_SORTED_LIMIT];
  lanes_u16 *keys = (lanes_u16 *)(((uintptr_t)scratch + sizeof *keys - 1) & ~(uintptr_t)(sizeof *keys - 1));
  /* Counts are multiplied in 16 bits: numbers below 2^weight_bits, and twice all draws. */
  int is_small = (uint64_t)node->draw_count << (weight_bits + 1) <= UINT16_MAX + 1u;
  int only_counts = is_small && has_only_counts(node);
  for (size_t first = 0; first < column_count; first += LANES) {
    size_t width = column_count - first < LANES ? column_count - first : LANES;
    if (columns) {
      gather_bins(bins, row_stride, node, columns + first, width, gathered);
    } else {
      for (size_t i = 0; i < node->count; i++)
        memcpy(gathered + i, bins + ROW(node->entries[i]) * row_stride + first, sizeof *gathered);
    }
    for (size_t i = 0; i < node->count; i++)
      keys[i] = __builtin_convertvector(gathered[i], lanes_u16) << 8 | codes[i];
    sort_lanes(keys, node->count);
    float scores[LANES];
    int32_t places[LANES];
    if (width > LANES / 2)
      best_cuts_16((const uint16_t *)keys, node, only_counts, weight_bits, scores, places);
    else
      best_cuts_8((const uint16_t *)keys, node, only_counts, weight_bits, scores, places);
    for (size_t lane = 0; lane < width; lane++) {
      const uint16_t *key = (const uint16_t *)(keys + places[lane]) + lane;
      cuts[first + lane] = (engram_cut){(double)scores[lane], key[0] >> 8, key[LANES] >> 8};
    }
  }
}
