/* ForestHistogramCuts.c -- the cuts of nodes of many rows, by histograms of their bins. */
#include "ForestEntry.h"
#include "ForestKernels.h"
#include "Simd.h"

#include <math.h>
#include <string.h>

/* A product and a sum stay two roundings, whatever the processor could fuse: the same forest everywhere. */
#pragma STDC FP_CONTRACT OFF

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
  double fewest = node->leaf_minimum, most = (double)node->draw_count - fewest, least = node->weight_minimum;
  for (size_t bin = 0; bin < ENGRAM_BIN_LIMIT; bin++) {
    double here = left_weight[bin], there = whole - here;
    double score = (left_squares[bin] * there + right_squares[bin] * here) / (here * there);
    int is_possible = (drawn[bin] >= fewest) & (drawn[bin] <= most) & (here >= least) & (there >= least);
    left_squares[bin] = is_possible ? score : -INFINITY;
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
