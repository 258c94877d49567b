/* ForestSortedCuts.c -- the cuts of nodes of few rows, which are sorted in many columns at once. */
#include "ForestEntry.h"
#include "ForestKernels.h"
#include "LineKeys.h"
#include "Simd.h"

#include <math.h>
#include <string.h>

/* A product and a sum stay two roundings, whatever the processor could fuse: the same forest everywhere. */
#pragma STDC FP_CONTRACT OFF

/* The bits of a key that hold its weight. */
ENGRAM_INLINE uint16_t weight_mask(unsigned weight_bits) { return (uint16_t)((1u << weight_bits) - 1); }

/* A power of two that brings the weight of a node near 1, so that products of weights stay inside a float. */
static double weight_scale(const engram_node_rows *node) {
  double whole = 0;
  for (size_t k = 0; k < node->class_count; k++) whole += node->totals[k];
  int exponent;
  frexp(whole, &exponent);
  return ldexp(1, -exponent);
}

/* Columns whose bins are read together; how many rows ahead they are asked for, where a node is so large that its rows are not
 * in the cache yet; and rows from which on it is faster to read whole lines. */
enum { TOGETHER = 8, AHEAD = 8, LARGE_NODE = 64, SOME_ROWS = 16 };

#define WIDTH 32
#include "LaneWidth.h"
#include "LaneSort.h"
#include "LaneCuts.h"
#include "LaneNode.h"
#undef WIDTH
/* For the last columns, of which there may be few. */
#define WIDTH 16
#include "LaneWidth.h"
#include "LaneSort.h"
#include "LaneCuts.h"
#include "LaneNode.h"
#undef WIDTH
#define WIDTH 8
#include "LaneWidth.h"
#include "LaneSort.h"
#include "LaneCuts.h"
#include "LaneNode.h"

ENGRAM_SIMD void engram_cuts_sorted(const uint8_t *bins, size_t row_stride, const engram_node_rows *node,
                                    const int32_t *columns, size_t column_count, uint16_t *scratch, engram_cut *cuts) {
  unsigned weight_bits = node->weight_bits;
  uint16_t codes[ENGRAM_SORTED_LIMIT];
  for (size_t i = 0; i < node->count; i++)
    codes[i] = (uint16_t)(CLASS(node->entries[i]) << weight_bits | WEIGHT(node->entries[i]));
  uintptr_t alignment = ENGRAM_SORTED_LANES * sizeof *scratch;
  uint16_t *keys = (uint16_t *)(((uintptr_t)scratch + alignment - 1) & ~(alignment - 1));
  /* Counts are multiplied in 16 bits: numbers below 2^weight_bits, and twice all draws. */
  int is_small = (uint64_t)node->draw_count << (weight_bits + 1) <= UINT16_MAX + 1u;
  int only_counts = is_small && has_only_counts(node);
  /* Where a vector has half of the lanes, twice as many at a time would not stay in registers. */
  size_t most = engram_can_permute_lines() ? ENGRAM_SORTED_LANES : ENGRAM_SORTED_LANES / 2;
  for (size_t first = 0, width; first < column_count; first += width) {
    const int32_t *named = columns ? columns + first : NULL;
    const uint8_t *from = columns ? bins : bins + first;
    width = column_count - first < most ? column_count - first : most;
    if (width > 16)
      cut_node_32(from, row_stride, node, named, width, codes, only_counts, (u16s_32 *)keys, cuts + first);
    else if (width > 8)
      cut_node_16(from, row_stride, node, named, width, codes, only_counts, (u16s_16 *)keys, cuts + first);
    else
      cut_node_8(from, row_stride, node, named, width, codes, only_counts, (u16s_8 *)keys, cuts + first);
  }
}
