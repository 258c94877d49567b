/* PackedNode.h -- a node of a forest in 8 bytes. */
#ifndef ENGRAM_PACKED_NODE_H
#define ENGRAM_PACKED_NODE_H

#include <stdint.h>

/* A packed node: the threshold in the lower half; above it the feature, above that the child, and at the top whether it is inner.
 * From a leaf every row goes to that leaf again: its threshold is no number, and its child is the node before it (at the root,
 * from which none walks, there is none). What the bits of that threshold leave free is the number of the distribution. */
#define INNER(node) ((node) >> 63)
#define LOW(node) ((uint32_t)(node))
#define FEATURE(node, bits) ((uint32_t)((node) >> 32) & ((1u << (bits)) - 1))
#define CHILD(node, bits) (((uint32_t)((node) >> 32) & 0x7FFFFFFF) >> (bits))
#define NO_NUMBER 0x7FC00000u
#define DISTRIBUTION(leaf) (LOW(leaf) & ~NO_NUMBER)

#endif
