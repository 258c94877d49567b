/* ForestListedCuts.c -- the cuts of nodes of many classes with fewer rows than a histogram has counts.
 *
 * A histogram has a count for each bin and class, whatever the rows; of many classes most are zero. Here the rows are put in
 * the order of their bins and each moves from the right side to the left one. Scores are those of engram_cuts_histogram,
 * bit by bit. */
#include "ForestEntry.h"
#include "ForestKernels.h"

#include <math.h>
#include <string.h>

/* A product and a sum stay two roundings, whatever the processor could fuse: the same forest everywhere. */
#pragma STDC FP_CONTRACT OFF

/* Whether all sums of squared weights are whole numbers that float64 holds, so that their order does not matter. */
static int sums_are_whole(const engram_node_rows *node) {
  double whole = 0;
  for (size_t k = 0; k < node->class_count; k++) {
    double weight = node->class_weights[k];
    if (weight != floor(weight) || weight < 0) return 0;
    whole += node->totals[k];
  }
  return whole < 67108864.0; /* 2^26: the square is below 2^53 */
}

size_t engram_most_listed(const engram_node_rows *node) {
  /* As measured with 17 to 300 classes: moving a row costs what 8 counts of a histogram cost; where sums are rounded, all
   * classes are added up for each row. */
  size_t bins = ENGRAM_BIN_LIMIT;
  return sums_are_whole(node) ? bins * node->class_count / 8 : bins;
}

/* The rows of a node in the order of their bins: bin (bits 0 to 7), draws (8 to 23), class (24 to 39). */
static void list_rows(const uint8_t *column, size_t row_stride, const engram_node_rows *node, uint64_t *rows) {
  uint32_t starts[ENGRAM_BIN_LIMIT + 1] = {0};
  for (size_t i = 0; i < node->count; i++) starts[column[ROW(node->entries[i]) * row_stride] + 1]++;
  for (size_t bin = 1; bin < ENGRAM_BIN_LIMIT; bin++) starts[bin] += starts[bin - 1];
  for (size_t i = 0; i < node->count; i++) {
    uint64_t entry = node->entries[i];
    uint8_t bin = column[ROW(entry) * row_stride];
    rows[starts[bin]++] = entry >> 32 << 8 | bin;
  }
}

typedef struct {
  double left_squares, right_squares, left_weight;
} cut_sums;

/* The sums of a cut, class by class as a histogram adds them. */
static cut_sums rounded_sums(const engram_node_rows *node, const double *drawn, const uint32_t *classes,
                             size_t class_count) {
  cut_sums sums = {0, 0, 0};
  for (size_t i = 0; i < class_count; i++) {
    size_t k = classes[i];
    double here = drawn[k] * node->class_weights[k], there = node->totals[k] - here;
    sums.left_squares += here * here;
    sums.right_squares += there * there;
    sums.left_weight += here;
  }
  return sums;
}

static engram_cut cut_listed(const uint64_t *rows, const engram_node_rows *node, int is_whole, double *drawn,
                             const uint32_t *classes, size_t class_count) {
  double whole = 0, fewest = node->leaf_minimum, most = (double)node->draw_count - fewest;
  cut_sums sums = {0, 0, 0};
  for (size_t i = 0; i < class_count; i++) {
    double total = node->totals[classes[i]];
    drawn[classes[i]] = 0;
    whole += total;
    sums.right_squares += total * total;
  }
  double all_drawn = 0;
  engram_cut best = {-INFINITY, 0, 0};
  for (size_t i = 0; i + 1 < node->count; i++) {
    size_t class = rows[i] >> 24;
    double draws = (double)(rows[i] >> 8 & 0xFFFF);
    if (is_whole) {
      double weight = draws * node->class_weights[class], here = drawn[class] * node->class_weights[class];
      sums.left_squares += weight * (2 * here + weight);
      sums.right_squares -= weight * (2 * (node->totals[class] - here) - weight);
      sums.left_weight += weight;
    }
    drawn[class] += draws;
    all_drawn += draws;
    if ((rows[i] & 0xFF) == (rows[i + 1] & 0xFF) || all_drawn < fewest || all_drawn > most) continue;
    if (!is_whole) sums = rounded_sums(node, drawn, classes, class_count);
    double here = sums.left_weight, there = whole - here;
    if (!(here >= node->weight_minimum) || !(there >= node->weight_minimum)) continue;
    double score = (sums.left_squares * there + sums.right_squares * here) / (here * there);
    if (score > best.score) best = (engram_cut){score, (int32_t)(rows[i] & 0xFF), (int32_t)(rows[i + 1] & 0xFF)};
  }
  return best;
}

void engram_cuts_listed(const uint8_t *bins, size_t column_stride, size_t row_stride, const engram_node_rows *node,
                        const int32_t *columns, size_t column_count, uint64_t *scratch, double *sides,
                        engram_cut *cuts) {
  uint32_t *classes = (uint32_t *)(scratch + node->count);
  size_t class_count = 0;
  for (size_t k = 0; k < node->class_count; k++)
    if (node->totals[k] != 0) classes[class_count++] = (uint32_t)k;
  /* A class without weight is drawn too. */
  memset(sides, 0, node->class_count * sizeof *sides);
  int is_whole = sums_are_whole(node);
  for (size_t j = 0; j < column_count; j++) {
    list_rows(bins + (size_t)(columns ? columns[j] : (int32_t)j) * column_stride, row_stride, node, scratch);
    cuts[j] = cut_listed(scratch, node, is_whole, sides, classes, class_count);
  }
}
