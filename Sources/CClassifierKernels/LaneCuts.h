/* LaneCuts.h -- the best cuts of sorted columns, one in each lane; included once for each number of lanes (LaneWidth.h).
 *
 * A key is a bin, then a class, then a weight. */

/* The best cuts so far, and the keys that they come after. Scores are fractions, of which quotients are taken at the end. */
#undef best_of_lanes
#define best_of_lanes LANED(best_of_lanes)
typedef struct {
  f32s top, bottom;
  i32s place;
} best_of_lanes;

ENGRAM_INLINE void LANED(keep_better)(best_of_lanes *best, const f32s *top, const f32s *bottom, const i32s *may,
                                      size_t place) {
  i32s better = (i32s)(*top * best->bottom > best->top * *bottom) & *may;
  best->top = better ? *top : best->top;
  best->bottom = better ? *bottom : best->bottom;
  best->place = better ? (i32s){0} + (int32_t)place : best->place;
}

/* Whether a cut may lie between a key, which ends `drawn` draws, and the next one. */
ENGRAM_INLINE void LANED(may_cut)(const u16s *key, const u16s *drawn, uint32_t leaf_minimum, uint32_t draw_count,
                                  i32s *may) {
  u16s possible = (u16s)((key[0] ^ key[1]) > 0xFF);
  /* There is a draw on either side of every key. */
  if (leaf_minimum > 1)
    possible &= (u16s)(*drawn >= (uint16_t)leaf_minimum) & (u16s)(*drawn <= (uint16_t)(draw_count - leaf_minimum));
  *may = __builtin_convertvector((i16s)possible, i32s);
}

/* Adds draws to those of their classes; gives those that were there before, and the number that a class has in `given`. */
ENGRAM_INLINE void LANED(count)(const u16s *key, const u16s *draws, const uint16_t *given, size_t class_count,
                                unsigned weight_bits, u16s *left, u16s *before, u16s *own) {
  if (class_count == 4) {
    /* Both bits of the class choose one of two. */
    u16s is_even = (u16s)((*key & (uint16_t)(1u << weight_bits)) == 0), is_low = (u16s)((*key & (uint16_t)(2u << weight_bits)) == 0);
    u16s low = is_even ? left[0] : left[1], high = is_even ? left[2] : left[3];
    *before = is_low ? low : high;
    low = is_even ? (u16s){0} + given[0] : (u16s){0} + given[1], high = is_even ? (u16s){0} + given[2] : (u16s){0} + given[3];
    *own = is_low ? low : high;
    u16s to_low = *draws & is_low, to_high = *draws & ~is_low;
    left[0] += to_low & is_even, left[1] += to_low & ~is_even;
    left[2] += to_high & is_even, left[3] += to_high & ~is_even;
    return;
  }
  u16s class = *key & (uint16_t)(0x100 - (1u << weight_bits));
  *before = *own = (u16s){0};
  for (size_t k = 0; k < class_count; k++) {
    u16s is_own = (u16s)(class == (uint16_t)(k << weight_bits));
    *before |= left[k] & is_own;
    *own |= given[k] & is_own;
    left[k] += *draws & is_own;
  }
}

/* The best cuts where every draw weighs 1 and no product below exceeds 16 bits: sums are kept as whole numbers, and a row
 * changes them by what its own class changes. */
ENGRAM_INLINE best_of_lanes LANED(cut_counts)(const u16s *keys, const engram_node_rows *node, size_t class_count,
                                              uint32_t leaf_minimum, unsigned weight_bits) {
  u16s left[ENGRAM_SORTED_CLASSES], drawn = {0};
  uint16_t twice[ENGRAM_SORTED_CLASSES];
  /* Of n of all N draws of a class on the left: the sum of n^2, and that of N^2 - 2 N n. Both together are that of (N - n)^2. */
  u32s left_squares = {0}, others = {0};
  for (size_t k = 0; k < class_count; k++) {
    uint32_t total = (uint32_t)node->totals[k];
    left[k] = (u16s){0};
    twice[k] = (uint16_t)(2 * total);
    others += total * total;
  }
  float whole = (float)node->draw_count;
  best_of_lanes best = {(f32s){0} - INFINITY, (f32s){0} + 1, {0}};
  for (size_t i = 0; i + 1 < node->count; i++) {
    u16s draws = keys[i] & weight_mask(weight_bits), before, own;
    LANED(count)(&keys[i], &draws, twice, class_count, weight_bits, left, &before, &own);
    drawn += draws;
    /* (n + d)^2 - n^2 = d (2 n + d). */
    left_squares += __builtin_convertvector(draws * (before + before + draws), u32s);
    others -= __builtin_convertvector(draws * own, u32s);
    f32s here = __builtin_convertvector(__builtin_convertvector(drawn, i32s), f32s), there = whole - here;
    f32s top = __builtin_convertvector((i32s)left_squares, f32s) * there +
               __builtin_convertvector((i32s)(left_squares + others), f32s) * here;
    f32s bottom = here * there;
    i32s may;
    LANED(may_cut)(&keys[i], &drawn, leaf_minimum, node->draw_count, &may);
    LANED(keep_better)(&best, &top, &bottom, &may, i);
  }
  return best;
}

/* The best cuts whatever a draw of a class weighs. All weights are multiplied by `scale`, a power of two. */
ENGRAM_INLINE best_of_lanes LANED(cut_weights)(const u16s *keys, const engram_node_rows *node, size_t class_count,
                                               double scale, unsigned weight_bits) {
  u16s left[ENGRAM_SORTED_CLASSES], drawn = {0};
  float weight[ENGRAM_SORTED_CLASSES], total[ENGRAM_SORTED_CLASSES], whole = 0;
  for (size_t k = 0; k < class_count; k++) {
    left[k] = (u16s){0};
    weight[k] = (float)(node->class_weights[k] * scale);
    total[k] = (float)(node->totals[k] * scale);
    whole += total[k];
  }
  float least = (float)(node->weight_minimum * scale);
  best_of_lanes best = {(f32s){0} - INFINITY, (f32s){0} + 1, {0}};
  for (size_t i = 0; i + 1 < node->count; i++) {
    u16s draws = keys[i] & weight_mask(weight_bits), class = (keys[i] & 0xFF) >> (uint16_t)weight_bits;
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
    f32s top = left_squares * right_weight + right_squares * left_weight, bottom = left_weight * right_weight;
    i32s may;
    LANED(may_cut)(&keys[i], &drawn, node->leaf_minimum, node->draw_count, &may);
    may &= (i32s)(left_weight >= least) & (i32s)(right_weight >= least);
    LANED(keep_better)(&best, &top, &bottom, &may, i);
  }
  return best;
}

/* Writes the best cut of each of the first `width` lanes. */
ENGRAM_INLINE void LANED(best_cuts)(const u16s *keys, const engram_node_rows *node, int only_counts, unsigned weight_bits,
                                    size_t width, engram_cut *cuts) {
  best_of_lanes best;
  double scale = only_counts ? 1 : weight_scale(node);
  if (!only_counts)
    best = LANED(cut_weights)(keys, node, node->class_count, scale, weight_bits);
  else if (node->class_count == 4 && node->leaf_minimum == 1)
    best = LANED(cut_counts)(keys, node, 4, 1, weight_bits);
  else
    best = LANED(cut_counts)(keys, node, node->class_count, node->leaf_minimum, weight_bits);
  f32s quotients = best.top / best.bottom;
  float scores[WIDTH];
  int32_t places[WIDTH];
  memcpy(scores, &quotients, sizeof scores);
  memcpy(places, &best.place, sizeof places);
  for (size_t lane = 0; lane < width; lane++) {
    const uint16_t *key = (const uint16_t *)(keys + places[lane]) + lane;
    cuts[lane] = (engram_cut){(double)scores[lane] * (1 / scale), key[0] >> 8, key[WIDTH] >> 8};
  }
}
