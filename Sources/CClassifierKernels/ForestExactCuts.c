/* ForestExactCuts.c -- the cuts of nodes along ranks, each value on its own. */
#include "ForestEntry.h"
#include "ForestKernels.h"
#include "RadixSort.h"

#include <math.h>

/* A product and a sum stay two roundings, whatever the processor could fuse: the same forest everywhere. */
#pragma STDC FP_CONTRACT OFF

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
          node->draw_count - drawn < node->leaf_minimum || left_weight < node->weight_minimum ||
          right_weight < node->weight_minimum)
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
