/* ResidualKernels.h -- values to codes and back, with predictions and copies; schema/FORMAT.md, "Residuals".
 *
 * No function allocates, keeps a pointer, or fails. `_32` works on the bits of float32 values, `_64` on those of float64
 * values. Blocks are [epoch][example]. */
#ifndef ENGRAM_RESIDUAL_KERNELS_H
#define ENGRAM_RESIDUAL_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/* How a value is predicted from values a, b and c of other statistics; the numbers stand in files. */
enum {
  ENGRAM_PREDICT_NOTHING = 0,
  ENGRAM_PREDICT_SQUARE = 1,          /* a * a                     */
  ENGRAM_PREDICT_SECOND_MOMENT = 2,   /* a + b * b                 */
  ENGRAM_PREDICT_VARIANCE = 3,        /* a - b * b                 */
  ENGRAM_PREDICT_FOLDED_VARIANCE = 4, /* (a + b * b) - c * c       */
  ENGRAM_PREDICT_SCALED_SQUARE = 5,   /* (a * a) * scale           */
  ENGRAM_PREDICT_NORM = 6,            /* sqrt((a + b * b) * scale) */
  ENGRAM_PREDICT_SKEWNESS = 7,        /* (3 * (a - b)) / sqrt(c)   */
  ENGRAM_PREDICT_KURTOSIS = 8,        /* (a + b * b) / (c * c)     */
  /* By how much the ordered integer of a changes from the epoch before; only with differences, and of the same type. */
  ENGRAM_PREDICT_CHANGE = 9,
  ENGRAM_PREDICT_HALF_CHANGE = 10,
  ENGRAM_PREDICT_DOUBLE_CHANGE = 11,
  ENGRAM_PREDICT_SCALED_VARIANCE = 12 /* (a * a) * scale - b * b   */
};

/* How the values of a block become codes. */
typedef struct {
  size_t epoch_count;          /* epochs of the block, and of every block named here */
  size_t count;                /* examples of each of them */
  int32_t is_differenced;      /* whether codes are of differences of residuals along the epochs */
  const int8_t *dampings;      /* for each epoch how changes go on, in sixteenths, where differences are trended; else NULL. For values */
  int32_t predictor;           /* one of the above */
  const void *operands[3];     /* blocks of the statistics a, b, c; NULL where the formula has none */
  int32_t is_double[3];        /* whether a block is of float64, else of float32 */
  const uint8_t *copied;       /* bit first + i is set where example i is a copy; NULL where none is */
  size_t first;
  const void *copy_source;     /* the block they are copies of, of the same type as the values */
  size_t kept_count;           /* examples that are not copies */
  size_t before;               /* examples that are not copies, of those before the first */
  double *doubles;             /* scratch: 6 * count */
  void *words;                 /* scratch: 4 * count values */
} engram_residual_plan;

/* Values to codes of [epoch][kept example]. */
void engram_codes_of_block_32(const engram_residual_plan *plan, const uint32_t *block, uint32_t *codes);
void engram_codes_of_block_64(const engram_residual_plan *plan, const uint64_t *block, uint64_t *codes);

/* Codes to values, epoch by epoch, ascending from the first: `codes` are those of the examples of an epoch that are not
 * copies, from the first example of the chunk on and with one more element that can be read. */
void engram_start_values_32(const engram_residual_plan *plan);
void engram_start_values_64(const engram_residual_plan *plan);
void engram_values_of_codes_32(const engram_residual_plan *plan, size_t epoch, const uint32_t *codes, uint32_t *block);
void engram_values_of_codes_64(const engram_residual_plan *plan, size_t epoch, const uint64_t *codes, uint64_t *block);

/* Whether each example is the same in two blocks: bit i of `bits` is set where all values of example i are equal by bits;
 * spare bits are zero. Returns the number of bits set. */
size_t engram_equal_examples_32(const uint32_t *left, const uint32_t *right, size_t epoch_count, size_t count,
                                uint8_t *bits);
size_t engram_equal_examples_64(const uint64_t *left, const uint64_t *right, size_t epoch_count, size_t count,
                                uint8_t *bits);

/* The number of bits set among the first `count`. */
size_t engram_count_bits(const uint8_t *bits, size_t count);

#endif
