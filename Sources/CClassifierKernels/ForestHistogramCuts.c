/* ForestHistogramCuts.c -- the cuts of nodes of many rows, by histograms of their bins. */
#include "ForestEntry.h"
#include "ForestKernels.h"
#include "Simd.h"

#include <math.h>
#include <string.h>

/* A product and a sum stay two roundings, whatever the processor could fuse: the same forest everywhere. */
#pragma STDC FP_CONTRACT OFF

/* The cut after the first bin of the best score: a bin without rows has the score of the one before it. */
ENGRAM_INLINE engram_cut first_best(const double *scores, double best, const uint64_t *sums, size_t words) {
  engram_cut cut = {best, 0, 0};
  if (best == -INFINITY) return cut;
  while (scores[cut.left] != best) cut.left++;
  const uint64_t *left = sums + (size_t)cut.left * words, *right = left + words;
  while (memcmp(left, right, words * sizeof *sums) == 0) right += words;
  cut.right = cut.left + (int32_t)((size_t)(right - left) / words);
  return cut;
}

#define WIDTH 8
typedef uint64_t wide_u64 __attribute__((ext_vector_type(WIDTH)));
typedef int64_t wide_i64 __attribute__((ext_vector_type(WIDTH)));
typedef int32_t wide_i32 __attribute__((ext_vector_type(2 * WIDTH)));
typedef int16_t wide_i16 __attribute__((ext_vector_type(4 * WIDTH)));
#define EVEN_OF_32 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30
#define ODD_OF_32 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31
typedef double wide_f64 __attribute__((ext_vector_type(WIDTH)));

/* Sums over the four counts of a word, each times its own factor; all below 2^15. */
ENGRAM_INLINE void sum_products(const wide_i16 *counts, const wide_i16 *factors, wide_f64 *sums) {
  /* Hidden from the compiler: of factors that do not change it would make many instructions in place of one. */
  __asm__("" : "+r"(factors));
  wide_i16 x = *counts, y = *factors;
  wide_i32 pairs = __builtin_convertvector(__builtin_shufflevector(x, x, EVEN_OF_32), wide_i32) *
                       __builtin_convertvector(__builtin_shufflevector(y, y, EVEN_OF_32), wide_i32) +
                   __builtin_convertvector(__builtin_shufflevector(x, x, ODD_OF_32), wide_i32) *
                       __builtin_convertvector(__builtin_shufflevector(y, y, ODD_OF_32), wide_i32);
  wide_u64 words = (wide_u64)pairs;
  words = (words + (words >> 32)) & 0xFFFFFFFF;
  /* A whole number below 2^52 is a double less 2^52 when it stands in that one's low bits. */
  *sums = (wide_f64)(words | 0x4330000000000000u) - 0x1p52;
}

/* The best cut of a histogram whose words hold the counts of four classes, where every draw weighs 1 and there are few; it
 * becomes its running sum. Scores are fractions of whole numbers, which are compared without a division. */
ENGRAM_INLINE engram_cut cut_counts(uint64_t *histogram, const engram_node_rows *node) {
  double whole = node->draw_count, fewest = node->leaf_minimum, most = whole - fewest, squares = 0;
  uint64_t sum = 0, totals = 0;
  for (size_t bin = 0; bin < ENGRAM_BIN_LIMIT; bin++) histogram[bin] = sum += histogram[bin];
  for (size_t k = 0; k < 4; k++) {
    squares += node->totals[k] * node->totals[k];
    totals |= (uint64_t)node->totals[k] << (16 * k);
  }
  wide_i16 of_classes = (wide_i16)((wide_u64){0} + totals), ones = (wide_i16){0} + 1;
  wide_f64 best_top = (wide_f64){0} - INFINITY, best_bottom = (wide_f64){0} + 1;
  wide_i64 best_bin = {0};
  for (size_t bin = 0; bin < ENGRAM_BIN_LIMIT; bin += WIDTH) {
    wide_i16 counts;
    memcpy(&counts, histogram + bin, sizeof counts);
    wide_f64 here, left_squares, products;
    sum_products(&counts, &ones, &here);
    sum_products(&counts, &counts, &left_squares);
    sum_products(&counts, &of_classes, &products);
    wide_f64 there = whole - here, right_squares = squares - (products + products) + left_squares;
    wide_f64 top = left_squares * there + right_squares * here, bottom = here * there;
    wide_i64 is_better = (top * best_bottom > best_top * bottom) & (here >= fewest) & (here <= most);
    best_top = is_better ? top : best_top;
    best_bottom = is_better ? bottom : best_bottom;
    best_bin = is_better ? (wide_i64){0} + (int64_t)bin : best_bin;
  }
  engram_cut best = {-INFINITY, 0, 0};
  double top = -INFINITY, bottom = 1;
  int32_t left = 0;
  for (int32_t lane = 0; lane < WIDTH; lane++) {
    double one = best_top[lane] * bottom, other = top * best_bottom[lane];
    int32_t bin = (int32_t)best_bin[lane] + lane;
    if (one > other || (one == other && bin < left)) top = best_top[lane], bottom = best_bottom[lane], left = bin;
  }
  if (top == -INFINITY) return best;
  int32_t right = left + 1;
  while (histogram[right] == histogram[left]) right++;
  return (engram_cut){top / bottom, left, right};
}

/* The best cut of any histogram, which becomes its running sum. */
ENGRAM_INLINE engram_cut cut_weights(uint64_t *histogram, const engram_node_rows *node, size_t class_count,
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
  double fewest = node->leaf_minimum, most = (double)node->draw_count - fewest, least = node->weight_minimum;
  for (size_t bin = 0; bin < ENGRAM_BIN_LIMIT; bin++) {
    double here = left_weight[bin], there = whole - here;
    double score = (left_squares[bin] * there + right_squares[bin] * here) / (here * there);
    int is_possible = (drawn[bin] >= fewest) & (drawn[bin] <= most) & (here >= least) & (there >= least);
    left_squares[bin] = is_possible ? score : -INFINITY;
  }
  double best = -INFINITY;
  for (size_t bin = 0; bin < ENGRAM_BIN_LIMIT; bin++) best = left_squares[bin] > best ? left_squares[bin] : best;
  return first_best(left_squares, best, histogram, words);
}

/* Adds the rows of a node to the histograms of some columns, whose words each hold all classes: four columns at a time, so that
 * a row is looked up once for them. */
ENGRAM_INLINE void fill_columns(const uint8_t *bins, size_t column_stride, const engram_node_rows *node,
                                const uint64_t *additions, const int32_t *columns, size_t width, uint64_t *histograms) {
  const uint64_t *entries = node->entries;
  size_t count = node->count, j = 0;
  for (; j + 4 <= width; j += 4) {
    const uint8_t *a = bins + (size_t)columns[j] * column_stride, *b = bins + (size_t)columns[j + 1] * column_stride;
    const uint8_t *c = bins + (size_t)columns[j + 2] * column_stride, *d = bins + (size_t)columns[j + 3] * column_stride;
    uint64_t *to = histograms + j * ENGRAM_BIN_LIMIT;
    for (size_t i = 0; i < count; i++) {
      size_t row = ROW(entries[i]);
      uint64_t addition = additions[i];
      to[a[row]] += addition;
      to[ENGRAM_BIN_LIMIT + b[row]] += addition;
      to[2 * ENGRAM_BIN_LIMIT + c[row]] += addition;
      to[3 * ENGRAM_BIN_LIMIT + d[row]] += addition;
    }
  }
  for (; j < width; j++) {
    const uint8_t *column = bins + (size_t)columns[j] * column_stride;
    uint64_t *histogram = histograms + j * ENGRAM_BIN_LIMIT;
    for (size_t i = 0; i < count; i++) histogram[column[ROW(entries[i])]] += additions[i];
  }
}

ENGRAM_SIMD void engram_cuts_histogram(const uint8_t *bins, size_t column_stride, size_t row_stride,
                                       const engram_node_rows *node, unsigned count_bits, const int32_t *columns,
                                       size_t column_count, uint64_t *scratch, engram_cut *cuts) {
  size_t words = (node->class_count * count_bits + 63) / 64, size = ENGRAM_BIN_LIMIT * words;
  uint64_t *additions = scratch, *histograms = scratch + node->count;
  int only_counts = has_only_counts(node);
  for (size_t i = 0; i < node->count; i++) {
    uint64_t entry = node->entries[i];
    additions[i] = (uint64_t)WEIGHT(entry) << (CLASS(entry) * count_bits % 64);
  }
  for (size_t first = 0; first < column_count; first += ENGRAM_HISTOGRAM_COLUMNS) {
    size_t width = column_count - first < ENGRAM_HISTOGRAM_COLUMNS ? column_count - first : ENGRAM_HISTOGRAM_COLUMNS;
    memset(histograms, 0, ENGRAM_HISTOGRAM_COLUMNS * size * sizeof *histograms);
    if (columns && words == 1) {
      fill_columns(bins, column_stride, node, additions, columns + first, width, histograms);
    } else if (columns) {
      for (size_t j = 0; j < width; j++) {
        const uint8_t *column = bins + (size_t)columns[first + j] * column_stride;
        uint64_t *histogram = histograms + j * size;
        for (size_t i = 0; i < node->count; i++) {
          uint64_t entry = node->entries[i];
          histogram[column[ROW(entry)] * words + CLASS(entry) * count_bits / 64] += additions[i];
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
      if (node->class_count != 4 || count_bits != 16)
        cuts[first + j] = cut_weights(histogram, node, node->class_count, count_bits, words);
      else if (only_counts && node->draw_count <= INT16_MAX)
        cuts[first + j] = cut_counts(histogram, node);
      else
        cuts[first + j] = cut_weights(histogram, node, 4, 16, 1);
    }
  }
}
