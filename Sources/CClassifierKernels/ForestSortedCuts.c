/* ForestSortedCuts.c -- the cuts of nodes of few rows, which are sorted in many columns at once. */
#include "ForestEntry.h"
#include "ForestKernels.h"
#include "Simd.h"

#include <math.h>

/* A product and a sum stay two roundings, whatever the processor could fuse: the same forest everywhere. */
#pragma STDC FP_CONTRACT OFF

#define LANES ENGRAM_SORTED_LANES
typedef uint16_t lanes_u16 __attribute__((ext_vector_type(LANES)));
typedef int32_t lanes_i32 __attribute__((ext_vector_type(LANES)));
typedef float lanes_f32 __attribute__((ext_vector_type(LANES)));

/* Batcher's merge exchange (Knuth, The Art of Computer Programming 5.2.2, Algorithm M): sorts every lane by itself. */
ENGRAM_INLINE void sort_lanes(lanes_u16 *keys, size_t count) {
  size_t top = 1;
  while (top * 2 < count) top *= 2;
  for (size_t p = top; p > 0; p /= 2) {
    size_t q = top, r = 0, d = p;
    for (;;) {
      for (size_t i = 0; i + d < count; i++) {
        if ((i & p) != r) continue;
        lanes_u16 a = keys[i], b = keys[i + d];
        keys[i] = __builtin_elementwise_min(a, b);
        keys[i + d] = __builtin_elementwise_max(a, b);
      }
      if (q == p) break;
      d = q - p;
      q /= 2;
      r = p;
    }
  }
}

/* The best cuts of LANES sorted columns; a key is a bin, then a class, then a weight. */
ENGRAM_INLINE void cut_lanes(const lanes_u16 *keys, const engram_node_rows *node, size_t class_count,
                             unsigned weight_bits, lanes_f32 *best, lanes_i32 *where) {
  lanes_u16 left[ENGRAM_SORTED_CLASSES];
  float weight[ENGRAM_SORTED_CLASSES], total[ENGRAM_SORTED_CLASSES], whole = 0;
  for (size_t k = 0; k < class_count; k++) {
    left[k] = (lanes_u16){0};
    weight[k] = (float)node->class_weights[k];
    total[k] = (float)node->totals[k];
    whole += total[k];
  }
  lanes_u16 drawn = {0};
  uint16_t weight_mask = (uint16_t)((1u << weight_bits) - 1);
  uint16_t fewest = (uint16_t)node->leaf_minimum, most = (uint16_t)(node->draw_count - node->leaf_minimum);
  float least = (float)node->weight_minimum;
  *best = (lanes_f32){0} - INFINITY;
  *where = (lanes_i32){0};
  for (size_t i = 0; i + 1 < node->count; i++) {
    lanes_u16 key = keys[i];
    lanes_u16 draws = key & weight_mask, class = (key & 0xFF) >> (uint16_t)weight_bits;
    lanes_f32 left_squares = {0}, right_squares = {0}, left_weight = {0};
    drawn += draws;
    for (size_t k = 0; k < class_count; k++) {
      left[k] += draws & (lanes_u16)(class == (uint16_t)k);
      lanes_f32 here = __builtin_convertvector(left[k], lanes_f32) * weight[k], there = total[k] - here;
      left_squares += here * here;
      right_squares += there * there;
      left_weight += here;
    }
    lanes_f32 right_weight = whole - left_weight;
    lanes_f32 score = (left_squares * right_weight + right_squares * left_weight) / (left_weight * right_weight);
    lanes_u16 possible = (lanes_u16)((key ^ keys[i + 1]) > 0xFF) & (lanes_u16)(drawn >= fewest) &
                         (lanes_u16)(drawn <= most);
    lanes_i32 better = (lanes_i32)(score > *best) & -__builtin_convertvector(possible & 1, lanes_i32) &
                       (lanes_i32)(left_weight >= least) & (lanes_i32)(right_weight >= least);
    *best = better ? score : *best;
    *where = better ? (lanes_i32){0} + (int32_t)i : *where;
  }
}

ENGRAM_SIMD void engram_cuts_sorted(const uint8_t *bins, size_t row_stride, const engram_node_rows *node,
                                    unsigned weight_bits, const int32_t *columns, size_t column_count,
                                    uint16_t *scratch, engram_cut *cuts) {
  uint8_t codes[ENGRAM_SORTED_LIMIT];
  for (size_t i = 0; i < node->count; i++)
    codes[i] = (uint8_t)(CLASS(node->entries[i]) << weight_bits | WEIGHT(node->entries[i]));
  lanes_u16 *keys = (lanes_u16 *)(((uintptr_t)scratch + sizeof *keys - 1) & ~(uintptr_t)(sizeof *keys - 1));
  scratch = (uint16_t *)keys;
  for (size_t first = 0; first < column_count; first += LANES) {
    size_t width = column_count - first < LANES ? column_count - first : LANES;
    /* The columns of a row are neighbours: far fewer lines of memory than a line for each value. */
    for (size_t i = 0; i < node->count; i++) {
      const uint8_t *row = bins + ROW(node->entries[i]) * row_stride;
      uint16_t *key = scratch + i * LANES;
      if (columns) {
        for (size_t lane = 0; lane < width; lane++) key[lane] = (uint16_t)(row[columns[first + lane]] << 8 | codes[i]);
        for (size_t lane = width; lane < LANES; lane++) key[lane] = 0;
      } else {
        for (size_t lane = 0; lane < LANES; lane++) key[lane] = (uint16_t)(row[first + lane] << 8 | codes[i]);
      }
    }
    sort_lanes(keys, node->count);
    lanes_f32 best;
    lanes_i32 where;
    if (node->class_count == 4)
      cut_lanes(keys, node, 4, weight_bits, &best, &where);
    else
      cut_lanes(keys, node, node->class_count, weight_bits, &best, &where);
    for (size_t lane = 0; lane < width; lane++) {
      size_t i = (size_t)where[lane];
      cuts[first + lane] = (engram_cut){(double)best[lane], scratch[i * LANES + lane] >> 8,
                                        scratch[(i + 1) * LANES + lane] >> 8};
    }
  }
}
