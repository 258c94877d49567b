/* ForestKernels.h -- the inner loops of random forests: ranks and bins of columns, cuts of nodes, walks through trees.
 *
 * No function allocates, keeps a pointer, or fails. Every pointer must be valid for the sizes stated, and the regions
 * of one call must not overlap. Sums and products are two roundings each, so the bits are the same on every processor. */
#ifndef ENGRAM_FOREST_KERNELS_H
#define ENGRAM_FOREST_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/* ---- columns */

/* Bins of a column; a bin is one byte. */
#define ENGRAM_BIN_LIMIT 256

/* A matrix of features: element (r, c) is values[r * row_stride + c * column_stride] of float32 or float64. */
typedef struct {
  const void *values;
  ptrdiff_t row_stride;
  ptrdiff_t column_stride;
  int is_float64;
} engram_features;

/* Copies columns first ..< first + width of `count` rows, one after the other, in their own type. */
void engram_take_columns(const engram_features *features, size_t first, size_t width, const int32_t *rows, size_t count,
                         void *values);

/* A column in the order of its values: the low half of an item is a row. */
typedef struct {
  const void *values;
  const uint64_t *items;
  size_t count;
  int is_float64;
} engram_sorted_column;

/* Sorts the `count` finite values of the column'th column that was taken; -0 equals 0, and rows of equal values stay in order.
 * `scratch` holds 2 * count numbers, which the result points to. */
void engram_sort_column(const engram_features *features, const void *values, size_t column, size_t count,
                        uint64_t *scratch, engram_sorted_column *sorted);

/* Ranks of rows: equal values have one rank, from 0 upwards. distinct[rank] becomes the value of a rank. Returns the number
 * of ranks. */
size_t engram_rank_sorted(const engram_sorted_column *sorted, uint32_t *ranks, double *distinct);

/* Puts rows into at most `bin_limit` bins with about as many rows each, one value a bin where there are not more values. low[b]
 * and high[b] become the least and greatest value of bin b. Returns the number of bins, none of which is empty. */
size_t engram_bin_sorted(const engram_sorted_column *sorted, size_t bin_limit, uint8_t *bins, double *low, double *high);

/* Copies bins [column][row], columns `column_stride` bytes apart, to [row][column], rows `row_stride` bytes apart. */
void engram_turn_bins(const uint8_t *bins, size_t row_count, size_t column_stride, size_t column_count,
                      size_t row_stride, uint8_t *turned);

/* ---- growing */

/* The rows of a node, and how their cuts are judged. */
typedef struct {
  /* Of each row its number (bits 0 to 31), how often it was drawn (32 to 47) and its class (48 to 63). */
  const uint64_t *entries;
  size_t count;
  size_t class_count;
  /* For each class the weight of a draw, and the weight of all its draws. */
  const double *class_weights;
  const double *totals;
  /* The fewest draws on either side, and the least weight. */
  uint32_t leaf_minimum;
  /* All draws in the node. */
  uint32_t draw_count;
  double weight_minimum;
  /* Bits that hold how often any of its rows was drawn; 0 where they and a class do not fit in a byte. */
  uint32_t weight_bits;
} engram_node_rows;

/* The best cut of a node along one column: after bin (or rank) `left`, and `right` is the next one that has rows.
 * The score is the sum over both sides of (sum of the squared weights of the classes) / (weight of the side): the higher,
 * the lower the Gini impurity. -INFINITY says that there is no cut. */
typedef struct {
  double score;
  int32_t left;
  int32_t right;
} engram_cut;

/* Rows of which engram_cuts_sorted sorts the most, and columns that it looks at together. */
#define ENGRAM_SORTED_LIMIT 512
#define ENGRAM_SORTED_LANES 32
/* What the bytes from one row of bins to the next are a multiple of: a cache line. */
#define ENGRAM_ROW_ALIGNMENT 64
/* Classes that it counts, for one byte holds a class and a weight. */
#define ENGRAM_SORTED_CLASSES 16

/* The cuts of a node along some columns, by sorting its rows by bin in all columns at once: best for few rows.
 * bins[row * row_stride + column], rows a multiple of ENGRAM_ROW_ALIGNMENT apart; `columns` may be NULL, which means all
 * of 0 ..< column_count. `weight_bits` is not 0, and classes are below 2^(8 - weight_bits).
 * `scratch` holds (ENGRAM_SORTED_LIMIT + 1) * ENGRAM_SORTED_LANES numbers. */
void engram_cuts_sorted(const uint8_t *bins, size_t row_stride, const engram_node_rows *node, const int32_t *columns,
                        size_t column_count, uint16_t *scratch, engram_cut *cuts);

/* Columns whose histograms are filled together. */
#define ENGRAM_HISTOGRAM_COLUMNS 16

/* The cuts of a node along some columns, by histograms: best for many rows. A count takes count_bits, 16 or 32, which must
 * hold draw_count. bins[column * column_stride + row * row_stride]; `columns` as for engram_cuts_sorted, where
 * they are NULL with its rows too; where they are named row_stride must be 1.
 * `scratch` holds count + ENGRAM_HISTOGRAM_COLUMNS * ENGRAM_BIN_LIMIT * ceil(class_count * count_bits / 64) numbers. */
void engram_cuts_histogram(const uint8_t *bins, size_t column_stride, size_t row_stride, const engram_node_rows *node,
                           unsigned count_bits, const int32_t *columns, size_t column_count, uint64_t *scratch,
                           engram_cut *cuts);

/* The cuts of a node along some columns, by putting its rows in the order of their bins: best for many classes and no more
 * rows than engram_most_listed says. Cuts and scores are those of engram_cuts_histogram, bit by bit. `scratch` holds
 * count + class_count numbers, `sides` class_count. */
void engram_cuts_listed(const uint8_t *bins, size_t column_stride, size_t row_stride, const engram_node_rows *node,
                        const int32_t *columns, size_t column_count, uint64_t *scratch, double *sides,
                        engram_cut *cuts);

/* Up to how many rows engram_cuts_listed is the faster way beside engram_cuts_histogram. */
size_t engram_most_listed(const engram_node_rows *node);

/* The cuts of a node along some columns of ranks, ranks[column * column_stride + row]: exact, each value on its own.
 * Scores are compared as scikit-learn computes them, rounding included. `scratch` holds 2 * count numbers, `sides` 2 * class_count. */
void engram_cuts_exact(const uint32_t *ranks, size_t column_stride, const engram_node_rows *node,
                       const int32_t *columns, size_t column_count, uint64_t *scratch, double *sides,
                       engram_cut *cuts);

/* Moves the rows of a node whose bin or rank in a column, bins[row * row_stride], is at most `last` before the others, in
 * order, and counts the draws of each class among them. `scratch` holds count entries. Returns the number of rows moved. */
size_t engram_divide_8(uint64_t *entries, size_t count, const uint8_t *bins, size_t row_stride, uint32_t last,
                       uint64_t *scratch, uint32_t *draws, size_t class_count);
size_t engram_divide_32(uint64_t *entries, size_t count, const uint32_t *ranks, size_t row_stride, uint32_t last,
                        uint64_t *scratch, uint32_t *draws, size_t class_count);

/* ---- walking */

/* A node of a tree: a row goes to `child` when its value is at most the threshold, else to `child` + 1, both counted from
 * the root. In a leaf the feature is -1 and `child` is the number of its distribution. */
typedef struct {
  double threshold;
  int32_t feature;
  int32_t child;
} engram_forest_node;

/* A forest: the nodes of tree t are nodes[starts[t]] ..< nodes[starts[t + 1]], and distribution d begins at
 * distributions[d * class_count]. `packed` has the same nodes as engram_forest_pack makes them, or is NULL. */
typedef struct {
  const engram_forest_node *nodes;
  const int64_t *starts;
  const float *distributions;
  size_t class_count;
  const uint64_t *packed;
  uint32_t feature_bits;
} engram_forest;

/* Classes whose pure leaves share one distribution in packed nodes. */
#define ENGRAM_PURE_CLASSES 64

/* Packs the nodes of a forest into 8 bytes each, by which rows of float32 walk the same way: the threshold is rounded down to
 * float32, and equal distributions of one class only are one. Returns the bits of a feature, or 0 where a tree has too many nodes or
 * the forest too many distributions. */
uint32_t engram_forest_pack(const engram_forest_node *nodes, const int64_t *starts, size_t tree_count,
                            const float *distributions, size_t class_count, size_t column_count, uint64_t *packed);

/* Rows that go through the forest together. */
#define ENGRAM_WALK_BLOCK 256

/* Whether no value of `count` rows is NaN or infinite. */
int engram_forest_rows_are_finite(const engram_features *features, const int32_t *rows, size_t count,
                                  size_t column_count);

/* Copies all columns of `count` rows to a row-major block of their own type. */
void engram_forest_take_rows(const engram_features *features, const int32_t *rows, size_t count, size_t column_count,
                             void *block);

/* For each of `count` rows the distribution that each tree leads to: leaves[i * leaf_stride + tree].
 * At most ENGRAM_WALK_BLOCK rows. */
void engram_forest_leaves(const engram_forest *forest, size_t tree_count, const engram_features *features,
                          const int32_t *rows, size_t count, int32_t *leaves, size_t leaf_stride);

/* Adds for each of `count` rows the distributions of trees first ..< end to sums[i * class_count + class], in the order of
 * the trees. Where `in_bag` is not NULL, a tree counts only for rows whose bit is not set: bit i of
 * in_bag[t * bag_stride], and trees[i] becomes one more for each that counts. At most ENGRAM_WALK_BLOCK rows. */
void engram_forest_add(const engram_forest *forest, size_t first, size_t end, const engram_features *features,
                       const int32_t *rows, size_t count, const uint64_t *in_bag, size_t bag_stride, uint32_t *trees,
                       double *sums);

/* The same for all trees, but a row goes no further once the trees that are left cannot change which of its classes has the
 * greatest sum. */
void engram_forest_add_until_decided(const engram_forest *forest, size_t tree_count, const engram_features *features,
                                     const int32_t *rows, size_t count, double *sums);

/* How the sum of distributions of a row changes when one feature has the value of another row instead:
 * changes[column * class_count + class] for every column. Only columns that the row meets on its way can count, so only
 * those are walked again. `changes` must be zero at the start. */
void engram_forest_exchange(const engram_forest *forest, size_t tree_count, const engram_features *features,
                            int32_t row, int32_t other, double *changes);

#endif
