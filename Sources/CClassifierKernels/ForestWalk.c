/* ForestWalk.c -- how rows go through the trees of a forest. */
#include "FeatureValue.h"
#include "PackedNode.h"

#include <string.h>

/* Bytes that come into the cache together, and trees so large that two of them would drive the rows out of it. */
enum { LINE = 64, LARGE_TREE = 256 << 10 };
/* Steps of rows for each line of the next tree that is asked for. */
enum { STEPS_PER_LINE = 4 };
/* Rows that walk side by side in registers, and the levels before it is asked whether half of them have arrived. */
enum { SIDE_BY_SIDE = 16, LEVELS = 4 };
/* Trees after which it is asked again which rows are decided. */
enum { TREES_BETWEEN = 4 };
/* By how much a class must lead, for each tree, beyond what the others can give: more than probabilities round by. */
#define ROUNDING_OF_TREE 1e-6

static float as_float(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* A block of rows on its way. */
typedef struct {
  /* Where each row begins in the matrix. */
  ptrdiff_t offsets[ENGRAM_WALK_BLOCK];
  /* Where each row is in a tree: the number of a node, or a packed node itself. */
  uint64_t at[ENGRAM_WALK_BLOCK];
  /* The rows that are not in a leaf yet. */
  uint16_t walking[ENGRAM_WALK_BLOCK];
} walkers;

/* Lines of memory that are asked for before they are needed. */
typedef struct {
  const char *next, *end;
} lines;

/* The nodes of the tree after one, of nodes of some size; none where they are many. */
static lines lines_of_next(const engram_forest *forest, const void *nodes, size_t size, size_t tree, size_t end) {
  const char *next = (const char *)nodes + (size_t)forest->starts[tree + 1] * size;
  size_t length = tree + 1 < end ? (size_t)(forest->starts[tree + 2] - forest->starts[tree + 1]) * size : 0;
  return (lines){next, length > LARGE_TREE ? next : next + length};
}

ENGRAM_INLINE void ask_for_one(lines *ahead) {
  __builtin_prefetch(ahead->next, 0, 2);
  ahead->next += ahead->next < ahead->end ? LINE : 0;
}

/* Rows walk level by level, so that none waits for what another has to load, and no branch is to be guessed; while they do, the
 * next tree comes into the cache. */

ENGRAM_INLINE void walk(const engram_forest *forest, size_t t, lines ahead, const engram_features *features,
                        int is_float64, walkers *block, size_t count) {
  const engram_forest_node *tree = forest->nodes + forest->starts[t];
  for (size_t j = 0; j < count; j++) block->at[block->walking[j]] = 0;
  if (tree->feature < 0) return;
  while (count > 0) {
    size_t still = 0;
    for (size_t j = 0; j < count; j++) {
      ask_for_one(&ahead);
      uint16_t i = block->walking[j];
      const engram_forest_node *node = tree + block->at[i];
      double x = feature_value(features, is_float64, block->offsets[i] + node->feature * features->column_stride);
      uint32_t next = (uint32_t)node->child + !(x <= node->threshold);
      block->at[i] = next;
      block->walking[still] = i;
      still += tree[next].feature >= 0;
    }
    count = still;
  }
}

/* What a packed node leads a row to. */
ENGRAM_INLINE uint64_t step(const uint64_t *tree, uint32_t bits, uint64_t node, const float *row,
                            ptrdiff_t column_stride) {
  return tree[CHILD(node, bits) + !(row[FEATURE(node, bits) * column_stride] <= as_float(LOW(node)))];
}

/* Rows go side by side, without asking which have arrived, while at least half of them walk on. Those are put into block->walking
 * from `still` on; returns where they end. */
ENGRAM_INLINE size_t walk_side_by_side(const uint64_t *tree, uint32_t bits, lines *ahead, const float *values,
                                       ptrdiff_t column_stride, walkers *block, const uint16_t *chosen, size_t still) {
  uint64_t at[SIDE_BY_SIDE];
  const float *rows[SIDE_BY_SIDE];
  for (int k = 0; k < SIDE_BY_SIDE; k++) {
    at[k] = tree[0];
    rows[k] = values + block->offsets[chosen[k]];
  }
  uint64_t inner;
  do {
    for (int level = 0; level < LEVELS; level++) {
      for (int k = 0; k < SIDE_BY_SIDE; k += STEPS_PER_LINE) ask_for_one(ahead);
#pragma GCC unroll 16
      for (int k = 0; k < SIDE_BY_SIDE; k++) at[k] = step(tree, bits, at[k], rows[k], column_stride);
    }
    inner = 0;
    for (int k = 0; k < SIDE_BY_SIDE; k++) inner += INNER(at[k]);
  } while (inner >= SIDE_BY_SIDE / 2);
  for (int k = 0; k < SIDE_BY_SIDE; k++) {
    block->at[chosen[k]] = at[k];
    block->walking[still] = chosen[k];
    still += INNER(at[k]);
  }
  return still;
}

/* The rows first side by side; then those that are left, one after the other and level by level. */
ENGRAM_INLINE void walk_packed(const engram_forest *forest, size_t t, lines ahead, const engram_features *features,
                               ptrdiff_t column_stride, walkers *block, const uint16_t *chosen, size_t count) {
  const uint64_t *tree = forest->packed + forest->starts[t];
  const float *values = features->values;
  uint32_t bits = forest->feature_bits;
  size_t walking = 0, first = 0;
  if (!INNER(tree[0])) {
    for (size_t j = 0; j < count; j++) block->at[chosen[j]] = tree[0];
    return;
  }
  for (; first + SIDE_BY_SIDE <= count; first += SIDE_BY_SIDE)
    walking = walk_side_by_side(tree, bits, &ahead, values, column_stride, block, chosen + first, walking);
  for (; first < count; first++) {
    block->at[chosen[first]] = tree[0];
    block->walking[walking++] = chosen[first];
  }
  while (walking > 0) {
    size_t still = 0;
    for (size_t j = 0; j < walking; j++) {
      uint16_t i = block->walking[j];
      uint64_t next = step(tree, bits, block->at[i], values + block->offsets[i], column_stride);
      block->at[i] = next;
      block->walking[still] = i;
      still += INNER(next);
    }
    walking = still;
  }
}

static void begin(walkers *block, const engram_features *features, const int32_t *rows, size_t count) {
  for (size_t i = 0; i < count; i++) block->offsets[i] = rows[i] * features->row_stride;
}

/* Leads the rows in block->walking to their leaves in one of the trees before `end`. */
static void walk_any(const engram_forest *forest, size_t t, size_t end, const engram_features *features, walkers *block,
                     size_t count) {
  lines ahead = lines_of_next(forest, forest->nodes, sizeof *forest->nodes, t, end);
  if (features->is_float64)
    walk(forest, t, ahead, features, 1, block, count);
  else
    walk(forest, t, ahead, features, 0, block, count);
}

/* The same by packed nodes. */
static void walk_packed_any(const engram_forest *forest, size_t t, size_t end, const engram_features *features,
                            walkers *block, const uint16_t *chosen, size_t count) {
  lines ahead = lines_of_next(forest, forest->packed, sizeof *forest->packed, t, end);
  if (features->column_stride == 1)
    walk_packed(forest, t, ahead, features, 1, block, chosen, count);
  else
    walk_packed(forest, t, ahead, features, features->column_stride, block, chosen, count);
}

void engram_forest_leaves(const engram_forest *forest, size_t tree_count, const engram_features *features,
                          const int32_t *rows, size_t count, int32_t *leaves, size_t leaf_stride) {
  walkers block;
  begin(&block, features, rows, count);
  for (size_t t = 0; t < tree_count; t++) {
    for (size_t i = 0; i < count; i++) block.walking[i] = (uint16_t)i;
    walk_any(forest, t, tree_count, features, &block, count);
    const engram_forest_node *tree = forest->nodes + forest->starts[t];
    for (size_t i = 0; i < count; i++) leaves[i * leaf_stride + t] = tree[block.at[i]].child;
  }
}

/* Leads chosen rows to their leaves in one of the trees before `end`, and adds what is there to their sums. */
static void add_tree(const engram_forest *forest, size_t t, size_t end, const engram_features *features, walkers *block,
                     const uint16_t *chosen, size_t count, double *sums) {
  size_t class_count = forest->class_count;
  int is_packed = forest->packed && !features->is_float64;
  if (is_packed) {
    walk_packed_any(forest, t, end, features, block, chosen, count);
  } else {
    memcpy(block->walking, chosen, count * sizeof *chosen);
    walk_any(forest, t, end, features, block, count);
  }
  const engram_forest_node *tree = forest->nodes + forest->starts[t];
  for (size_t j = 0; j < count; j++) {
    size_t i = chosen[j];
    size_t leaf = is_packed ? DISTRIBUTION(block->at[i]) : (uint32_t)tree[block->at[i]].child;
    const float *distribution = forest->distributions + leaf * class_count;
    double *sum = sums + i * class_count;
    for (size_t k = 0; k < class_count; k++) sum[k] += (double)distribution[k];
  }
}

void engram_forest_add(const engram_forest *forest, size_t first, size_t end, const engram_features *features,
                       const int32_t *rows, size_t count, const uint64_t *in_bag, size_t bag_stride, uint32_t *trees,
                       double *sums) {
  walkers block;
  uint16_t chosen[ENGRAM_WALK_BLOCK];
  begin(&block, features, rows, count);
  for (size_t t = first; t < end; t++) {
    size_t chosen_count = 0;
    for (size_t i = 0; i < count; i++) {
      chosen[chosen_count] = (uint16_t)i;
      chosen_count += !in_bag || !(in_bag[t * bag_stride + i / 64] >> (i % 64) & 1);
    }
    add_tree(forest, t, end, features, &block, chosen, chosen_count, sums);
    for (size_t j = 0; in_bag && j < chosen_count; j++) trees[chosen[j]]++;
  }
}

/* Whether one class is ahead of all others by more than `needed`. */
static int is_decided(const double *sums, size_t class_count, double needed) {
  double first = 0, second = 0;
  for (size_t k = 0; k < class_count; k++) {
    double lower = sums[k] < first ? sums[k] : first;
    first = sums[k] > first ? sums[k] : first;
    second = lower > second ? lower : second;
  }
  return first - second > needed;
}

void engram_forest_add_until_decided(const engram_forest *forest, size_t tree_count, const engram_features *features,
                                     const int32_t *rows, size_t count, double *sums) {
  size_t class_count = forest->class_count;
  walkers block;
  uint16_t chosen[ENGRAM_WALK_BLOCK];
  begin(&block, features, rows, count);
  for (size_t i = 0; i < count; i++) chosen[i] = (uint16_t)i;
  for (size_t t = 0; t < tree_count && count > 0; t++) {
    add_tree(forest, t, tree_count, features, &block, chosen, count, sums);
    size_t left = tree_count - t - 1, open = 0;
    if (left > t || left % TREES_BETWEEN) continue;
    double needed = (double)left + ROUNDING_OF_TREE * (double)tree_count;
    for (size_t j = 0; j < count; j++) {
      chosen[open] = chosen[j];
      open += !is_decided(sums + chosen[j] * class_count, class_count, needed);
    }
    count = open;
  }
}
