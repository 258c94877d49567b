/* ForestWalk.c -- how rows go through the trees of a forest. */
#include "ForestKernels.h"
#include "Simd.h"

#include <string.h>

/* Rows that walk side by side, so that one waits for memory while others step. */
#define SIDE_BY_SIDE 16

/* One value of a matrix. */
ENGRAM_INLINE double value(const engram_features *features, int is_float64, ptrdiff_t offset) {
  return is_float64 ? ((const double *)features->values)[offset] : (double)((const float *)features->values)[offset];
}

/* The distributions that one tree leads to, for rows[chosen[j]], j < count. */
ENGRAM_INLINE void walk(const engram_forest_node *tree, const engram_features *features, int is_float64,
                        const int32_t *rows, const uint16_t *chosen, size_t count, int32_t *leaves) {
  for (size_t first = 0; first < count; first += SIDE_BY_SIDE) {
    size_t width = count - first < SIDE_BY_SIDE ? count - first : SIDE_BY_SIDE;
    const engram_forest_node *at[SIDE_BY_SIDE];
    ptrdiff_t offsets[SIDE_BY_SIDE];
    for (size_t j = 0; j < width; j++) {
      at[j] = tree;
      offsets[j] = rows[chosen[first + j]] * features->row_stride;
    }
    int walking = 1;
    while (walking) {
      walking = 0;
      for (size_t j = 0; j < width; j++) {
        const engram_forest_node *node = at[j];
        if (node->feature < 0) continue;
        double x = value(features, is_float64, offsets[j] + node->feature * features->column_stride);
        at[j] = tree + node->child + !(x <= node->threshold);
        walking = 1;
      }
    }
    for (size_t j = 0; j < width; j++) leaves[first + j] = at[j]->child;
  }
}

static void walk_any(const engram_forest_node *tree, const engram_features *features, const int32_t *rows,
                     const uint16_t *chosen, size_t count, int32_t *leaves) {
  if (features->is_float64)
    walk(tree, features, 1, rows, chosen, count, leaves);
  else
    walk(tree, features, 0, rows, chosen, count, leaves);
}

void engram_forest_leaves(const engram_forest_node *nodes, const int64_t *starts, size_t tree_count,
                          const engram_features *features, const int32_t *rows, size_t count, int32_t *leaves,
                          size_t leaf_stride) {
  uint16_t chosen[ENGRAM_WALK_BLOCK];
  int32_t found[ENGRAM_WALK_BLOCK];
  for (size_t i = 0; i < count; i++) chosen[i] = (uint16_t)i;
  for (size_t tree = 0; tree < tree_count; tree++) {
    walk_any(nodes + starts[tree], features, rows, chosen, count, found);
    for (size_t i = 0; i < count; i++) leaves[i * leaf_stride + tree] = found[i];
  }
}

void engram_forest_add(const engram_forest_node *nodes, const int64_t *starts, size_t first, size_t end,
                       const float *distributions, size_t class_count, const engram_features *features,
                       const int32_t *rows, size_t count, const uint64_t *in_bag, size_t bag_stride, uint32_t *trees,
                       double *sums) {
  uint16_t chosen[ENGRAM_WALK_BLOCK];
  int32_t leaves[ENGRAM_WALK_BLOCK];
  for (size_t tree = first; tree < end; tree++) {
    size_t chosen_count = 0;
    for (size_t i = 0; i < count; i++) {
      chosen[chosen_count] = (uint16_t)i;
      chosen_count += !in_bag || !(in_bag[tree * bag_stride + i / 64] >> (i % 64) & 1);
    }
    walk_any(nodes + starts[tree], features, rows, chosen, chosen_count, leaves);
    for (size_t j = 0; j < chosen_count; j++) {
      const float *distribution = distributions + (size_t)leaves[j] * class_count;
      double *sum = sums + chosen[j] * class_count;
      for (size_t k = 0; k < class_count; k++) sum[k] += (double)distribution[k];
      if (in_bag) trees[chosen[j]]++;
    }
  }
}

void engram_forest_exchange(const engram_forest_node *nodes, const int64_t *starts, size_t tree_count,
                            const float *distributions, size_t class_count, const engram_features *features,
                            int32_t row, int32_t other, double *changes) {
  ptrdiff_t own = row * features->row_stride, others = other * features->row_stride;
  for (size_t t = 0; t < tree_count; t++) {
    const engram_forest_node *tree = nodes + starts[t], *leaf = tree;
    while (leaf->feature >= 0) {
      double x = value(features, features->is_float64, own + leaf->feature * features->column_stride);
      leaf = tree + leaf->child + !(x <= leaf->threshold);
    }
    const float *from = distributions + (size_t)leaf->child * class_count;
    for (const engram_forest_node *turn = tree; turn->feature >= 0;) {
      int32_t column = turn->feature;
      double x = value(features, features->is_float64, own + column * features->column_stride);
      double y = value(features, features->is_float64, others + column * features->column_stride);
      const engram_forest_node *next = tree + turn->child + !(x <= turn->threshold);
      const engram_forest_node *node = tree + turn->child + !(y <= turn->threshold);
      /* The first node where the exchange leads another way decides; before it, the way is the row's own. */
      int is_first = node != next;
      for (const engram_forest_node *before = tree; is_first && before != turn;) {
        double z = value(features, features->is_float64, own + before->feature * features->column_stride);
        is_first = before->feature != column || (y <= before->threshold) == (z <= before->threshold);
        before = tree + before->child + !(z <= before->threshold);
      }
      if (is_first) {
        while (node->feature >= 0) {
          double z = value(features, features->is_float64,
                           (node->feature == column ? others : own) + node->feature * features->column_stride);
          node = tree + node->child + !(z <= node->threshold);
        }
        const float *to = distributions + (size_t)node->child * class_count;
        for (size_t k = 0; k < class_count; k++)
          changes[(size_t)column * class_count + k] += (double)to[k] - (double)from[k];
      }
      turn = next;
    }
  }
}
