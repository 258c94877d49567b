/* ForestKernels.c -- ranks and bins of columns, and the cuts of nodes. */
#include "ForestKernels.h"
#include "Simd.h"

#include <math.h>
#include <string.h>

/* A product and a sum stay two roundings, whatever the processor could fuse: the same forest everywhere. */
#pragma STDC FP_CONTRACT OFF

/* ---------------------------------------------------------------- columns */

/* Items that are sorted by insertion. */
#define FEW_ITEMS 48

/* Radix sort by the high halves, stable: three passes of 11 bits, of which those that all items share are left out.
 * Returns where the sorted items are. */
static uint64_t *sort_by_high_half(uint64_t *items, uint64_t *other, size_t count) {
  if (count <= FEW_ITEMS) {
    for (size_t i = 1; i < count; i++) {
      uint64_t item = items[i];
      size_t j = i;
      for (; j > 0 && items[j - 1] >> 32 > item >> 32; j--) items[j] = items[j - 1];
      items[j] = item;
    }
    return items;
  }
  enum { PASSES = 3, BITS = 11, DIGITS = 1 << BITS };
  uint32_t starts[PASSES][DIGITS];
  memset(starts, 0, sizeof starts);
  for (size_t i = 0; i < count; i++)
    for (int pass = 0; pass < PASSES; pass++) starts[pass][items[i] >> (32 + BITS * pass) & (DIGITS - 1)]++;
  for (int pass = 0; pass < PASSES; pass++) {
    unsigned shift = (unsigned)(32 + BITS * pass);
    if (count == 0 || starts[pass][items[0] >> shift & (DIGITS - 1)] == count) continue;
    uint32_t start = 0;
    for (int digit = 0; digit < DIGITS; digit++) {
      uint32_t next = start + starts[pass][digit];
      starts[pass][digit] = start;
      start = next;
    }
    for (size_t i = 0; i < count; i++) other[starts[pass][items[i] >> shift & (DIGITS - 1)]++] = items[i];
    uint64_t *swap = items;
    items = other;
    other = swap;
  }
  return items;
}

static size_t rank_floats(const float *values, size_t count, uint64_t *scratch, uint32_t *ranks, double *distinct) {
  for (size_t i = 0; i < count; i++) {
    float value = values[i] + 0.0f; /* -0 becomes 0 */
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    bits ^= (uint32_t)((int32_t)bits >> 31) | 0x80000000u; /* the order of the values */
    scratch[i] = (uint64_t)bits << 32 | i;
  }
  const uint64_t *sorted = sort_by_high_half(scratch, scratch + count, count);
  size_t rank_count = 0;
  for (size_t i = 0; i < count; i++) {
    if (i == 0 || sorted[i] >> 32 != sorted[i - 1] >> 32) distinct[rank_count++] = (double)values[(uint32_t)sorted[i]];
    ranks[(uint32_t)sorted[i]] = (uint32_t)(rank_count - 1);
  }
  return rank_count;
}

/* The bits of a value as a number of the same order. */
static uint64_t ordered(double value) {
  uint64_t bits;
  value += 0.0;
  memcpy(&bits, &value, sizeof bits);
  return bits ^ ((uint64_t)((int64_t)bits >> 63) | 0x8000000000000000u);
}

static size_t rank_doubles(const double *values, size_t count, uint64_t *scratch, uint32_t *ranks, double *distinct) {
  /* The sort is stable, so the low halves first and then the high halves gives the order of the whole. */
  for (size_t i = 0; i < count; i++) scratch[i] = ordered(values[i]) << 32 | i;
  uint64_t *sorted = sort_by_high_half(scratch, scratch + count, count);
  for (size_t i = 0; i < count; i++) {
    uint32_t row = (uint32_t)sorted[i];
    sorted[i] = (ordered(values[row]) & 0xFFFFFFFF00000000u) | row;
  }
  sorted = sort_by_high_half(sorted, sorted == scratch ? scratch + count : scratch, count);
  size_t rank_count = 0;
  for (size_t i = 0; i < count; i++) {
    double value = values[(uint32_t)sorted[i]];
    if (i == 0 || value != distinct[rank_count - 1]) distinct[rank_count++] = value;
    ranks[(uint32_t)sorted[i]] = (uint32_t)(rank_count - 1);
  }
  return rank_count;
}

void engram_take_columns(const engram_features *features, size_t first, size_t width, const int32_t *rows, size_t count,
                         void *values) {
  for (size_t i = 0; i < count; i++) {
    ptrdiff_t offset = rows[i] * features->row_stride + (ptrdiff_t)first * features->column_stride;
    for (size_t j = 0; j < width; j++, offset += features->column_stride) {
      if (features->is_float64)
        ((double *)values)[j * count + i] = ((const double *)features->values)[offset];
      else
        ((float *)values)[j * count + i] = ((const float *)features->values)[offset];
    }
  }
}

size_t engram_rank_column(const engram_features *features, const void *values, size_t column, size_t count,
                          uint64_t *scratch, uint32_t *ranks, double *distinct) {
  return features->is_float64
             ? rank_doubles((const double *)values + column * count, count, scratch, ranks, distinct)
             : rank_floats((const float *)values + column * count, count, scratch, ranks, distinct);
}

size_t engram_bin_ranks(const uint32_t *ranks, size_t count, size_t rank_count, size_t bin_limit, uint32_t *scratch,
                        uint8_t *bins, uint32_t *low, uint32_t *high) {
  uint32_t *row_counts = scratch, *bin_of_rank = scratch + rank_count;
  memset(row_counts, 0, rank_count * sizeof *row_counts);
  for (size_t i = 0; i < count; i++) row_counts[ranks[i]]++;
  /* A bin is full when it has its share of the rows that were left when it began. */
  size_t bin = 0, in_bin = 0, left = count;
  for (size_t rank = 0; rank < rank_count; rank++) {
    if (in_bin == 0) low[bin] = (uint32_t)rank;
    high[bin] = (uint32_t)rank;
    bin_of_rank[rank] = (uint32_t)bin;
    in_bin += row_counts[rank];
    if (rank + 1 < rank_count && bin + 1 < bin_limit &&
        (rank_count <= bin_limit || in_bin * (bin_limit - bin) >= left)) {
      left -= in_bin;
      in_bin = 0;
      bin++;
    }
  }
  for (size_t i = 0; i < count; i++) bins[i] = (uint8_t)bin_of_rank[ranks[i]];
  return rank_count == 0 ? 0 : bin + 1;
}

void engram_turn_bins(const uint8_t *bins, size_t row_count, size_t column_count, size_t row_stride, uint8_t *turned) {
  enum { TILE = 64 };
  for (size_t first = 0; first < row_count; first += TILE) {
    size_t end = first + TILE < row_count ? first + TILE : row_count;
    for (size_t column = 0; column < column_count; column++)
      for (size_t row = first; row < end; row++) turned[row * row_stride + column] = bins[column * row_count + row];
  }
}

/* ---------------------------------------------------------------- growing */

#define ROW(entry) ((uint32_t)(entry))
#define WEIGHT(entry) ((uint32_t)((entry) >> 32 & 0xFFFF))
#define CLASS(entry) ((uint32_t)((entry) >> 48))

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
    lanes_i32 better = (lanes_i32)(score > *best) & -__builtin_convertvector(possible & 1, lanes_i32);
    *best = better ? score : *best;
    *where = better ? (lanes_i32){0} + (int32_t)i : *where;
  }
}

ENGRAM_SIMD void engram_cuts_sorted(const uint8_t *bins, size_t column_stride, size_t row_stride,
                                    const engram_node_rows *node, unsigned weight_bits, const int32_t *columns,
                                    size_t column_count, uint16_t *scratch, engram_cut *cuts) {
  uint8_t codes[ENGRAM_SORTED_LIMIT];
  for (size_t i = 0; i < node->count; i++)
    codes[i] = (uint8_t)(CLASS(node->entries[i]) << weight_bits | WEIGHT(node->entries[i]));
  lanes_u16 *keys = (lanes_u16 *)(((uintptr_t)scratch + sizeof *keys - 1) & ~(uintptr_t)(sizeof *keys - 1));
  scratch = (uint16_t *)keys;
  for (size_t first = 0; first < column_count; first += LANES) {
    size_t width = column_count - first < LANES ? column_count - first : LANES;
    if (columns) {
      memset(keys, 0, node->count * sizeof *keys);
      for (size_t lane = 0; lane < width; lane++) {
        const uint8_t *column = bins + (size_t)columns[first + lane] * column_stride;
        for (size_t i = 0; i < node->count; i++)
          scratch[i * LANES + lane] = (uint16_t)(column[ROW(node->entries[i]) * row_stride] << 8 | codes[i]);
      }
    } else {
      for (size_t i = 0; i < node->count; i++) {
        const uint8_t *row = bins + ROW(node->entries[i]) * row_stride + first * column_stride;
        for (size_t lane = 0; lane < LANES; lane++)
          scratch[i * LANES + lane] = (uint16_t)(row[lane] << 8 | codes[i]);
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

/* The best cut of a histogram, which becomes its running sum. */
ENGRAM_INLINE engram_cut cut_histogram(uint64_t *histogram, const engram_node_rows *node, size_t class_count,
                                       unsigned count_bits, size_t words) {
  double left_squares[ENGRAM_BIN_LIMIT] = {0}, right_squares[ENGRAM_BIN_LIMIT] = {0};
  double left_weight[ENGRAM_BIN_LIMIT] = {0}, drawn[ENGRAM_BIN_LIMIT] = {0};
  for (size_t i = words; i < ENGRAM_BIN_LIMIT * words; i++) histogram[i] += histogram[i - words];
  double whole = 0;
  uint64_t mask = (1ull << count_bits) - 1;
  for (size_t k = 0; k < class_count; k++) {
    const uint64_t *counts = histogram + k * count_bits / 64;
    unsigned shift = (unsigned)(k * count_bits % 64);
    double weight = node->class_weights[k], total = node->totals[k];
    whole += total;
    for (size_t bin = 0; bin < ENGRAM_BIN_LIMIT; bin++) {
      double count = (double)(int32_t)(counts[bin * words] >> shift & mask);
      double here = count * weight, there = total - here;
      left_squares[bin] += here * here;
      right_squares[bin] += there * there;
      left_weight[bin] += here;
      drawn[bin] += count;
    }
  }
  double fewest = node->leaf_minimum, most = (double)node->draw_count - fewest;
  for (size_t bin = 0; bin < ENGRAM_BIN_LIMIT; bin++) {
    double here = left_weight[bin], there = whole - here;
    double score = (left_squares[bin] * there + right_squares[bin] * here) / (here * there);
    left_squares[bin] = drawn[bin] >= fewest && drawn[bin] <= most ? score : -INFINITY;
  }
  /* The first of equals: a bin without rows has the score of the one before it. */
  double best = -INFINITY;
  for (size_t bin = 0; bin < ENGRAM_BIN_LIMIT; bin++) best = left_squares[bin] > best ? left_squares[bin] : best;
  engram_cut cut = {best, 0, 0};
  if (best == -INFINITY) return cut;
  while (left_squares[cut.left] != best) cut.left++;
  cut.right = cut.left + 1;
  while (drawn[cut.right] == drawn[cut.left]) cut.right++;
  return cut;
}

ENGRAM_SIMD void engram_cuts_histogram(const uint8_t *bins, size_t column_stride, size_t row_stride,
                                       const engram_node_rows *node, unsigned count_bits, const int32_t *columns,
                                       size_t column_count, uint64_t *scratch, engram_cut *cuts) {
  size_t words = (node->class_count * count_bits + 63) / 64, size = ENGRAM_BIN_LIMIT * words;
  uint64_t *additions = scratch, *histograms = scratch + node->count;
  for (size_t i = 0; i < node->count; i++) {
    uint64_t entry = node->entries[i];
    additions[i] = (uint64_t)WEIGHT(entry) << (CLASS(entry) * count_bits % 64);
  }
  for (size_t first = 0; first < column_count; first += ENGRAM_HISTOGRAM_COLUMNS) {
    size_t width = column_count - first < ENGRAM_HISTOGRAM_COLUMNS ? column_count - first : ENGRAM_HISTOGRAM_COLUMNS;
    memset(histograms, 0, ENGRAM_HISTOGRAM_COLUMNS * size * sizeof *histograms);
    if (columns) {
      for (size_t j = 0; j < width; j++) {
        const uint8_t *column = bins + (size_t)columns[first + j] * column_stride;
        uint64_t *histogram = histograms + j * size;
        if (words == 1)
          for (size_t i = 0; i < node->count; i++)
            histogram[column[ROW(node->entries[i]) * row_stride]] += additions[i];
        else
          for (size_t i = 0; i < node->count; i++) {
            uint64_t entry = node->entries[i];
            histogram[column[ROW(entry) * row_stride] * words + CLASS(entry) * count_bits / 64] += additions[i];
          }
      }
    } else {
      for (size_t i = 0; i < node->count; i++) {
        uint64_t entry = node->entries[i];
        const uint8_t *row = bins + ROW(entry) * row_stride + first * column_stride;
        uint64_t *histogram = histograms + CLASS(entry) * count_bits / 64;
        for (size_t j = 0; j < ENGRAM_HISTOGRAM_COLUMNS; j++) histogram[j * size + row[j] * words] += additions[i];
      }
    }
    for (size_t j = 0; j < width; j++) {
      uint64_t *histogram = histograms + j * size;
      cuts[first + j] = node->class_count == 4 && count_bits == 16
                            ? cut_histogram(histogram, node, 4, 16, 1)
                            : cut_histogram(histogram, node, node->class_count, count_bits, words);
    }
  }
}

void engram_cuts_exact(const uint32_t *ranks, size_t column_stride, const engram_node_rows *node,
                       const int32_t *columns, size_t column_count, uint64_t *scratch, double *sides,
                       engram_cut *cuts) {
  double *left = sides, *right = sides + node->class_count;
  for (size_t j = 0; j < column_count; j++) {
    const uint32_t *column = ranks + (size_t)(columns ? columns[j] : (int32_t)j) * column_stride;
    for (size_t i = 0; i < node->count; i++)
      scratch[i] = (uint64_t)column[ROW(node->entries[i])] << 32 | (uint32_t)(node->entries[i] >> 32);
    const uint64_t *sorted = sort_by_high_half(scratch, scratch + node->count, node->count);
    double left_weight = 0, right_weight = 0;
    for (size_t k = 0; k < node->class_count; k++) {
      left[k] = 0;
      right[k] = node->totals[k];
      right_weight += right[k];
    }
    double whole = right_weight;
    uint32_t drawn = 0;
    engram_cut best = {-INFINITY, 0, 0};
    for (size_t i = 0; i + 1 < node->count; i++) {
      uint32_t class = (uint32_t)sorted[i] >> 16, draws = (uint32_t)sorted[i] & 0xFFFF;
      double weight = draws * node->class_weights[class];
      drawn += draws;
      left[class] += weight;
      left_weight += weight;
      right_weight = whole - left_weight;
      if (sorted[i] >> 32 == sorted[i + 1] >> 32 || drawn < node->leaf_minimum ||
          node->draw_count - drawn < node->leaf_minimum)
        continue;
      double left_squares = 0, right_squares = 0;
      for (size_t k = 0; k < node->class_count; k++) {
        double there = right[k] - left[k];
        left_squares += left[k] * left[k];
        right_squares += there * there;
      }
      double left_impurity = 1 - left_squares / (left_weight * left_weight);
      double right_impurity = 1 - right_squares / (right_weight * right_weight);
      double score = -right_weight * right_impurity - left_weight * left_impurity;
      if (score > best.score) best = (engram_cut){score, (int32_t)(sorted[i] >> 32), (int32_t)(sorted[i + 1] >> 32)};
    }
    best.score += whole;
    cuts[j] = best;
  }
}

/* Counts the draws of each class among entries. */
static void count_draws(const uint64_t *entries, size_t count, uint32_t *draws, size_t class_count) {
  memset(draws, 0, class_count * sizeof *draws);
  for (size_t i = 0; i < count; i++) draws[CLASS(entries[i])] += WEIGHT(entries[i]);
}

/* The same for both types of numbers. */
#define DIVIDE(bins)                                             \
  size_t left = 0;                                               \
  for (size_t i = 0; i < count; i++) {                           \
    uint64_t entry = entries[i];                                 \
    scratch[i - left] = entry;                                   \
    entries[left] = entry;                                       \
    left += (bins)[column + ROW(entry)] <= last;                 \
  }                                                              \
  memcpy(entries + left, scratch, (count - left) * sizeof *entries); \
  count_draws(entries, left, draws, class_count);                \
  return left;

size_t engram_divide_8(uint64_t *entries, size_t count, const uint8_t *bins, size_t column, uint32_t last,
                       uint64_t *scratch, uint32_t *draws, size_t class_count) {
  DIVIDE(bins)
}

size_t engram_divide_32(uint64_t *entries, size_t count, const uint32_t *ranks, size_t column, uint32_t last,
                        uint64_t *scratch, uint32_t *draws, size_t class_count) {
  DIVIDE(ranks)
}
