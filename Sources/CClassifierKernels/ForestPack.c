/* ForestPack.c -- packs the nodes of a forest into 8 bytes each. */
#include "ForestKernels.h"
#include "PackedNode.h"

#include <math.h>
#include <string.h>

/* The greatest float32 that is no greater: a float32 is at most the one when it is at most the other. */
static float rounded_down(double threshold) {
  float nearest = (float)threshold;
  return (double)nearest > threshold ? nextafterf(nearest, -INFINITY) : nearest;
}

/* The class that has all of a distribution, or -1 where another has however little. */
static ptrdiff_t whole_class(const float *distribution, size_t class_count) {
  ptrdiff_t found = -1;
  for (size_t k = 0; k < class_count; k++) {
    if (distribution[k] == 0) continue;
    if (distribution[k] != 1 || found >= 0) return -1;
    found = (ptrdiff_t)k;
  }
  return found;
}

uint32_t engram_forest_pack(const engram_forest_node *nodes, const int64_t *starts, size_t tree_count,
                            const float *distributions, size_t class_count, size_t column_count, uint64_t *packed) {
  uint32_t bits = 1, pure[ENGRAM_PURE_CLASSES];
  while (bits < 31 && column_count >> bits) bits++;
  memset(pure, 0xFF, sizeof pure);
  for (size_t t = 0; t < tree_count; t++) {
    if ((uint64_t)(starts[t + 1] - starts[t]) >> (31 - bits)) return 0;
    for (int64_t n = starts[t]; n < starts[t + 1]; n++) {
      const engram_forest_node *node = &nodes[n];
      uint32_t low, high;
      if (node->feature < 0) {
        low = (uint32_t)node->child;
        /* Most leaves are of one class. Their equal distributions are one, which stays in the cache. */
        ptrdiff_t k = whole_class(distributions + (size_t)low * class_count, class_count);
        if (k >= 0 && k < ENGRAM_PURE_CLASSES) {
          if (pure[k] == UINT32_MAX) pure[k] = low;
          low = pure[k];
        }
        if (low & NO_NUMBER) return 0;
        low |= NO_NUMBER;
        high = ((uint32_t)(n - starts[t] - 1) << bits) & 0x7FFFFFFF;
      } else {
        float threshold = rounded_down(node->threshold);
        memcpy(&low, &threshold, sizeof low);
        high = 1u << 31 | (uint32_t)node->child << bits | (uint32_t)node->feature;
      }
      packed[n] = (uint64_t)high << 32 | low;
    }
  }
  return bits;
}
