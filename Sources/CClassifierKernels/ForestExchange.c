/* ForestExchange.c -- what a forest says when one value of a row is that of another. */
#include "FeatureValue.h"

void engram_forest_exchange(const engram_forest *forest, size_t tree_count, const engram_features *features,
                            int32_t row, int32_t other, double *changes) {
  size_t class_count = forest->class_count;
  ptrdiff_t own = row * features->row_stride, others = other * features->row_stride;
  for (size_t t = 0; t < tree_count; t++) {
    const engram_forest_node *tree = forest->nodes + forest->starts[t], *leaf = tree;
    while (leaf->feature >= 0) {
      double x = feature_value(features, features->is_float64, own + leaf->feature * features->column_stride);
      leaf = tree + leaf->child + !(x <= leaf->threshold);
    }
    const float *from = forest->distributions + (size_t)leaf->child * class_count;
    for (const engram_forest_node *turn = tree; turn->feature >= 0;) {
      int32_t column = turn->feature;
      double x = feature_value(features, features->is_float64, own + column * features->column_stride);
      double y = feature_value(features, features->is_float64, others + column * features->column_stride);
      const engram_forest_node *next = tree + turn->child + !(x <= turn->threshold);
      const engram_forest_node *node = tree + turn->child + !(y <= turn->threshold);
      /* The first node where the exchange leads another way decides; before it, the way is the row's own. */
      int is_first = node != next;
      for (const engram_forest_node *before = tree; is_first && before != turn;) {
        double z = feature_value(features, features->is_float64, own + before->feature * features->column_stride);
        is_first = before->feature != column || (y <= before->threshold) == (z <= before->threshold);
        before = tree + before->child + !(z <= before->threshold);
      }
      if (is_first) {
        while (node->feature >= 0) {
          double z = feature_value(features, features->is_float64,
                           (node->feature == column ? others : own) + node->feature * features->column_stride);
          node = tree + node->child + !(z <= node->threshold);
        }
        const float *to = forest->distributions + (size_t)node->child * class_count;
        for (size_t k = 0; k < class_count; k++)
          changes[(size_t)column * class_count + k] += (double)to[k] - (double)from[k];
      }
      turn = next;
    }
  }
}
