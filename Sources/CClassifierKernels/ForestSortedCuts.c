/* ForestSortedCuts.c -- the cuts of nodes of few rows, which are sorted in many columns at once. */
#include "ForestEntry.h"
#include "ForestKernels.h"
#include "LaneSort.h"
#include "Simd.h"

#include <math.h>
#include <string.h>

/* A product and a sum stay two roundings, whatever the processor could fuse: the same forest everywhere. */
#pragma STDC FP_CONTRACT OFF

typedef uint8_t lanes_u8 __attribute__((ext_vector_type(LANES)));
typedef int16_t lanes_i16 __attribute__((ext_vector_type(LANES)));
typedef uint32_t lanes_u32 __attribute__((ext_vector_type(LANES)));
typedef int32_t lanes_i32 __attribute__((ext_vector_type(LANES)));
typedef float lanes_f32 __attribute__((ext_vector_type(LANES)));

/* The best cuts of LANES columns so far: their scores, and the keys that they come after. */
typedef struct {
  lanes_f32 score;
  lanes_i32 place;
} lanes_cut;

/* A key is a bin, then a class, then a weight. */
ENGRAM_INLINE uint16_t weight_mask(unsigned weight_bits) { return (uint16_t)((1u << weight_bits) - 1); }

/* Whether a cut may lie between a key, which ends `drawn` draws, and the next one. */
ENGRAM_INLINE void may_cut(const lanes_u16 *key, const lanes_u16 *drawn, uint32_t leaf_minimum, uint32_t draw_count,
                           lanes_i32 *may) {
  lanes_u16 possible = (lanes_u16)((key[0] ^ key[1]) > 0xFF);
  /* There is a draw on either side of every key. */
  if (leaf_minimum > 1)
    possible &= (lanes_u16)(*drawn >= (uint16_t)leaf_minimum) & (lanes_u16)(*drawn <= (uint16_t)(draw_count - leaf_minimum));
  *may = __builtin_convertvector((lanes_i16)possible, lanes_i32);
}

ENGRAM_INLINE void keep_better(lanes_cut *best, const lanes_f32 *score, const lanes_i32 *may, size_t place) {
  lanes_i32 better = (lanes_i32)(*score > best->score) & *may;
  best->score = better ? *score : best->score;
  best->place = better ? (lanes_i32){0} + (int32_t)place : best->place;
}

/* The best cuts where every draw weighs 1 and no product below exceeds 16 bits: sums of squares are kept as whole numbers, and
 * a row changes them by what its own class changes. */
ENGRAM_INLINE lanes_cut cut_counts(const lanes_u16 *keys, const engram_node_rows *node, size_t class_count,
                                   uint32_t leaf_minimum, unsigned weight_bits) {
  lanes_u16 left[ENGRAM_SORTED_CLASSES], drawn = {0};
  uint16_t total[ENGRAM_SORTED_CLASSES];
  lanes_u32 left_squares = {0}, right_squares = {0};
  for (size_t k = 0; k < class_count; k++) {
    left[k] = (lanes_u16){0};
    total[k] = (uint16_t)node->totals[k];
    right_squares += (uint32_t)total[k] * total[k];
  }
  uint16_t draw_bits = weight_mask(weight_bits), class_bits = (uint16_t)(0xFF & ~draw_bits);
  float whole = (float)node->draw_count;
  lanes_cut best = {(lanes_f32){0} - INFINITY, {0}};
  for (size_t i = 0; i + 1 < node->count; i++) {
    lanes_u16 draws = keys[i] & draw_bits, class = keys[i] & class_bits, before = {0}, all = {0};
    for (size_t k = 0; k < class_count; k++) {
      lanes_u16 is_own = (lanes_u16)(class == (uint16_t)(k << weight_bits));
      before |= left[k] & is_own;
      all |= total[k] & is_own;
      left[k] += draws & is_own;
    }
    drawn += draws;
    /* (n + d)^2 - n^2 = d (2 n + d) on the left, n^2 - (n - d)^2 = d (2 n - d) on the right. */
    lanes_u16 behind = all - before;
    left_squares += __builtin_convertvector(draws * (before + before + draws), lanes_u32);
    right_squares -= __builtin_convertvector(draws * (behind + behind - draws), lanes_u32);
    lanes_f32 here = __builtin_convertvector(__builtin_convertvector(drawn, lanes_i32), lanes_f32), there = whole - here;
    lanes_f32 score = (__builtin_convertvector((lanes_i32)left_squares, lanes_f32) * there +
                       __builtin_convertvector((lanes_i32)right_squares, lanes_f32) * here) / (here * there);
    lanes_i32 may;
    may_cut(keys + i, &drawn, leaf_minimum, node->draw_count, &may);
    keep_better(&best, &score, &may, i);
  }
  return best;
}

/* The best cuts whatever a draw of a class weighs. */
ENGRAM_INLINE lanes_cut cut_weights(const lanes_u16 *keys, const engram_node_rows *node, size_t class_count,
                                    unsigned weight_bits) {
  lanes_u16 left[ENGRAM_SORTED_CLASSES], drawn = {0};
  float weight[ENGRAM_SORTED_CLASSES], total[ENGRAM_SORTED_CLASSES], whole = 0;
  for (size_t k = 0; k < class_count; k++) {
    left[k] = (lanes_u16){0};
    weight[k] = (float)node->class_weights[k];
    total[k] = (float)node->totals[k];
    whole += total[k];
  }
  float least = (float)node->weight_minimum;
  lanes_cut best = {(lanes_f32){0} - INFINITY, {0}};
  for (size_t i = 0; i + 1 < node->count; i++) {
    lanes_u16 draws = keys[i] & weight_mask(weight_bits), class = (keys[i] & 0xFF) >> (uint16_t)weight_bits;
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
    lanes_i32 may;
    may_cut(keys + i, &drawn, node->leaf_minimum, node->draw_count, &may);
    may &= (lanes_i32)(left_weight >= least) & (lanes_i32)(right_weight >= least);
    keep_better(&best, &score, &may, i);
  }
  return best;
}

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
                                    unsigned weight_bits, const int32_t *columns, size_t column_count,
                                    uint16_t *scratch, engram_cut *cuts) {
  uint16_t codes[ENGRAM_SORTED_LIMIT];
  for (size_t i = 0; i < node->count; i++)
    codes[i] = (uint16_t)(CLASS(node->entries[i]) << weight_bits | WEIGHT(node->entries[i]));
  lanes_u8 gathered[ENGRAM_SORTED_LIMIT];
  lanes_u16 *keys = (lanes_u16 *)(((uintptr_t)scratch + sizeof *keys - 1) & ~(uintptr_t)(sizeof *keys - 1));
  /* cut_counts multiplies numbers below 2^weight_bits and twice all draws. */
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
    lanes_cut best;
    if (!only_counts)
      best = cut_weights(keys, node, node->class_count, weight_bits);
    else if (node->class_count == 4 && node->leaf_minimum == 1)
      best = cut_counts(keys, node, 4, 1, weight_bits);
    else
      best = cut_counts(keys, node, node->class_count, node->leaf_minimum, weight_bits);
    for (size_t lane = 0; lane < width; lane++) {
      const uint16_t *key = (const uint16_t *)(keys + best.place[lane]) + lane;
      cuts[first + lane] = (engram_cut){(double)best.score[lane], key[0] >> 8, key[LANES] >> 8};
    }
  }
}
