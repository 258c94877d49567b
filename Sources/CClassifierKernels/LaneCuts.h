/* LaneCuts.h -- the best cuts of sorted columns, one in each lane; included once for each number of lanes, which is WIDTH.
 *
 * A key is a bin, then a class, then a weight. Keys lie ENGRAM_SORTED_LANES apart, of which the first WIDTH are looked at. */
#ifndef ENGRAM_LANE_CUTS_H
#define ENGRAM_LANE_CUTS_H

#include "ForestKernels.h"
#include "Simd.h"

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The bits of a key that hold its weight. */
ENGRAM_INLINE uint16_t weight_mask(unsigned weight_bits) { return (uint16_t)((1u << weight_bits) - 1); }

#endif

#define LANED_AS(name, width) name##_##width
#define LANED_BY(name, width) LANED_AS(name, width)
#define LANED(name) LANED_BY(name, WIDTH)

#define u16s LANED(u16s)
#define i16s LANED(i16s)
#define u32s LANED(u32s)
#define i32s LANED(i32s)
#define f32s LANED(f32s)
typedef uint16_t u16s __attribute__((ext_vector_type(WIDTH)));
typedef int16_t i16s __attribute__((ext_vector_type(WIDTH)));
typedef uint32_t u32s __attribute__((ext_vector_type(WIDTH)));
typedef int32_t i32s __attribute__((ext_vector_type(WIDTH)));
typedef float f32s __attribute__((ext_vector_type(WIDTH)));

/* The best cuts so far: their scores, and the keys that they come after. */
#define best_of_lanes LANED(best_of_lanes)
typedef struct {
  f32s score;
  i32s place;
} best_of_lanes;

/* Whether a cut may lie between a key, which ends `drawn` draws, and the next one. */
ENGRAM_INLINE void LANED(may_cut)(const uint16_t *key, const u16s *drawn, uint32_t leaf_minimum, uint32_t draw_count,
                                  i32s *may) {
  u16s possible = (u16s)((*(const u16s *)key ^ *(const u16s *)(key + ENGRAM_SORTED_LANES)) > 0xFF);
  /* There is a draw on either side of every key. */
  if (leaf_minimum > 1)
    possible &= (u16s)(*drawn >= (uint16_t)leaf_minimum) & (u16s)(*drawn <= (uint16_t)(draw_count - leaf_minimum));
  *may = __builtin_convertvector((i16s)possible, i32s);
}

ENGRAM_INLINE void LANED(keep_better)(best_of_lanes *best, const f32s *score, const i32s *may, size_t place) {
  i32s better = (i32s)(*score > best->score) & *may;
  best->score = better ? *score : best->score;
  best->place = better ? (i32s){0} + (int32_t)place : best->place;
}

/* Adds draws to those of their classes; gives those that were there before, and all that there will be. */
ENGRAM_INLINE void LANED(count)(const u16s *key, const u16s *draws, const uint16_t *total, size_t class_count,
                                unsigned weight_bits, u16s *left, u16s *before, u16s *all) {
  if (class_count == 4) {
    /* Both bits of the class choose one of two. */
    u16s is_even = (u16s)((*key & (uint16_t)(1u << weight_bits)) == 0), is_low = (u16s)((*key & (uint16_t)(2u << weight_bits)) == 0);
    u16s low = is_even ? left[0] : left[1], high = is_even ? left[2] : left[3];
    *before = is_low ? low : high;
    low = is_even ? (u16s){0} + total[0] : (u16s){0} + total[1], high = is_even ? (u16s){0} + total[2] : (u16s){0} + total[3];
    *all = is_low ? low : high;
    u16s to_low = *draws & is_low, to_high = *draws & ~is_low;
    left[0] += to_low & is_even, left[1] += to_low & ~is_even;
    left[2] += to_high & is_even, left[3] += to_high & ~is_even;
    return;
  }
  u16s class = *key & (uint16_t)(0x100 - (1u << weight_bits));
  *before = *all = (u16s){0};
  for (size_t k = 0; k < class_count; k++) {
    u16s is_own = (u16s)(class == (uint16_t)(k << weight_bits));
    *before |= left[k] & is_own;
    *all |= total[k] & is_own;
    left[k] += *draws & is_own;
  }
}

/* The best cuts where every draw weighs 1 and no product below exceeds 16 bits: sums of squares are kept as whole numbers, and
 * a row changes them by what its own class changes. */
ENGRAM_INLINE best_of_lanes LANED(cut_counts)(const uint16_t *keys, const engram_node_rows *node, size_t class_count,
                                              uint32_t leaf_minimum, unsigned weight_bits) {
  u16s left[ENGRAM_SORTED_CLASSES], drawn = {0};
  uint16_t total[ENGRAM_SORTED_CLASSES];
  u32s left_squares = {0}, right_squares = {0};
  for (size_t k = 0; k < class_count; k++) {
    left[k] = (u16s){0};
    total[k] = (uint16_t)node->totals[k];
    right_squares += (uint32_t)total[k] * total[k];
  }
  float whole = (float)node->draw_count;
  best_of_lanes best = {(f32s){0} - INFINITY, {0}};
  for (size_t i = 0; i + 1 < node->count; i++, keys += ENGRAM_SORTED_LANES) {
    u16s key = *(const u16s *)keys, draws = key & weight_mask(weight_bits), before, all;
    LANED(count)(&key, &draws, total, class_count, weight_bits, left, &before, &all);
    drawn += draws;
    /* (n + d)^2 - n^2 = d (2 n + d) on the left, n^2 - (n - d)^2 = d (2 n - d) on the right. */
    u16s behind = all - before;
    left_squares += __builtin_convertvector(draws * (before + before + draws), u32s);
    right_squares -= __builtin_convertvector(draws * (behind + behind - draws), u32s);
    f32s here = __builtin_convertvector(__builtin_convertvector(drawn, i32s), f32s), there = whole - here;
    f32s score = (__builtin_convertvector((i32s)left_squares, f32s) * there +
                  __builtin_convertvector((i32s)right_squares, f32s) * here) / (here * there);
    i32s may;
    LANED(may_cut)(keys, &drawn, leaf_minimum, node->draw_count, &may);
    LANED(keep_better)(&best, &score, &may, i);
  }
  return best;
}

/* The best cuts whatever a draw of a class weighs. */
ENGRAM_INLINE best_of_lanes LANED(cut_weights)(const uint16_t *keys, const engram_node_rows *node, size_t class_count,
                                               unsigned weight_bits) {
  u16s left[ENGRAM_SORTED_CLASSES], drawn = {0};
  float weight[ENGRAM_SORTED_CLASSES], total[ENGRAM_SORTED_CLASSES], whole = 0;
  for (size_t k = 0; k < class_count; k++) {
    left[k] = (u16s){0};
    weight[k] = (float)node->class_weights[k];
    total[k] = (float)node->totals[k];
    whole += total[k];
  }
  float least = (float)node->weight_minimum;
  best_of_lanes best = {(f32s){0} - INFINITY, {0}};
  for (size_t i = 0; i + 1 < node->count; i++, keys += ENGRAM_SORTED_LANES) {
    u16s key = *(const u16s *)keys, draws = key & weight_mask(weight_bits), class = (key & 0xFF) >> (uint16_t)weight_bits;
    f32s left_squares = {0}, right_squares = {0}, left_weight = {0};
    drawn += draws;
    for (size_t k = 0; k < class_count; k++) {
      left[k] += draws & (u16s)(class == (uint16_t)k);
      f32s here = __builtin_convertvector(left[k], f32s) * weight[k], there = total[k] - here;
      left_squares += here * here;
      right_squares += there * there;
      left_weight += here;
    }
    f32s right_weight = whole - left_weight;
    f32s score = (left_squares * right_weight + right_squares * left_weight) / (left_weight * right_weight);
    i32s may;
    LANED(may_cut)(keys, &drawn, node->leaf_minimum, node->draw_count, &may);
    may &= (i32s)(left_weight >= least) & (i32s)(right_weight >= least);
    LANED(keep_better)(&best, &score, &may, i);
  }
  return best;
}

/* The best cut of each lane: its score, and the place of the key that it comes after. */
ENGRAM_INLINE void LANED(best_cuts)(const uint16_t *keys, const engram_node_rows *node, int only_counts,
                                    unsigned weight_bits, float *scores, int32_t *places) {
  best_of_lanes best;
  if (!only_counts)
    best = LANED(cut_weights)(keys, node, node->class_count, weight_bits);
  else if (node->class_count == 4 && node->leaf_minimum == 1)
    best = LANED(cut_counts)(keys, node, 4, 1, weight_bits);
  else
    best = LANED(cut_counts)(keys, node, node->class_count, node->leaf_minimum, weight_bits);
  memcpy(scores, &best.score, sizeof best.score);
  memcpy(places, &best.place, sizeof best.place);
}

#undef u16s
#undef i16s
#undef u32s
#undef i32s
#undef f32s
#undef best_of_lanes
#undef LANED
#undef LANED_BY
#undef LANED_AS
#undef WIDTH
