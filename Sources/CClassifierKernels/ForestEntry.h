/* ForestEntry.h -- the parts of an entry, which is a row in a node, and what a node asks. */
#ifndef ENGRAM_FOREST_ENTRY_H
#define ENGRAM_FOREST_ENTRY_H

#include "ForestKernels.h"

#include <stdint.h>

#define ROW(entry) ((uint32_t)(entry))
#define WEIGHT(entry) ((uint32_t)((entry) >> 32 & 0xFFFF))
#define CLASS(entry) ((uint32_t)((entry) >> 48))

/* Whether every draw weighs 1 and no side needs a weight, so that whole numbers say everything. */
static inline int has_only_counts(const engram_node_rows *node) {
  for (size_t k = 0; k < node->class_count; k++)
    if (node->class_weights[k] != 1) return 0;
  return node->weight_minimum <= 0;
}

#endif
