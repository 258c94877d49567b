/* ResidualKernels.c -- values to codes and back, with predictions and copies.
 *
 * A block is worked through epoch by epoch in a few passes over one row, which stays in the first-level cache. */
#include "ResidualKernels.h"
#include "Ordered.h"
#include "Predictions.h"
#include "Simd.h"

#include <string.h>

/* Every operation is rounded by itself, also where the processor could fuse a product and a sum: the format says so. */
#pragma STDC FP_CONTRACT OFF

ENGRAM_INLINE unsigned bit_of(const uint8_t *bits, size_t i) { return bits[i >> 3] >> (i & 7) & 1u; }

size_t engram_count_bits(const uint8_t *bits, size_t count) {
  size_t sum = 0;
  for (size_t i = 0; i < count / 8; i++) sum += (size_t)__builtin_popcount(bits[i]);
  if (count % 8) sum += (size_t)__builtin_popcount(bits[count / 8] & ((1u << count % 8) - 1));
  return sum;
}

/* Whether the values of an epoch are predicted; else each stands for itself. */
ENGRAM_INLINE int is_predicted(const engram_residual_plan *plan, size_t epoch) {
  int32_t predictor = plan->predictor;
  return predictor != ENGRAM_PREDICT_NOTHING && !is_change(predictor) && !(epoch == 0 && is_scaled(predictor));
}

/* What the codes of an epoch are of: residuals, their differences from the epoch before, or what a trend leaves of these. */
enum { PLAIN = 0, DIFFERENCED = 1, TRENDED = 2 };

ENGRAM_INLINE int difference_of(const engram_residual_plan *plan, size_t epoch) {
  if (!plan->is_differenced || (epoch == 0 && is_scaled(plan->predictor))) return PLAIN;
  /* The first epoch is no change. */
  return plan->dampings && epoch > 0 ? TRENDED : DIFFERENCED;
}

ENGRAM_INLINE int32_t damping_of(const engram_residual_plan *plan, size_t epoch) {
  return plan->dampings ? plan->dampings[epoch] : 0;
}

/* Whether predictions can be made as values are: of float32 operands, none of them copied, by one of the formulas below. */
ENGRAM_INLINE int is_direct(const engram_residual_plan *plan, size_t epoch) {
  if (plan->copied || plan->is_double[0] || plan->is_double[1] || !is_predicted(plan, epoch)) return 0;
  int32_t predictor = plan->predictor;
  return predictor == ENGRAM_PREDICT_SQUARE || predictor == ENGRAM_PREDICT_VARIANCE ||
         predictor == ENGRAM_PREDICT_SCALED_SQUARE || predictor == ENGRAM_PREDICT_SCALED_VARIANCE;
}

/* One epoch of codes to values whose predictions are made in registers, a constant formula in each loop. */
ENGRAM_INLINE void restore_formula(int32_t predictor, int difference, int32_t damping, const uint32_t *restrict kept,
                                   const float *restrict a, const float *restrict b, const double *restrict scales,
                                   uint32_t *restrict previous, uint32_t *restrict changes, size_t count,
                                   uint32_t *restrict values) {
  ENGRAM_SIXTEEN_AT_A_TIME
  for (size_t i = 0; i < count; i++) {
    uint32_t residual = unzigzag_32(kept[i]);
    if (difference == TRENDED) residual = changes[i] = residual + damped_32(changes[i], damping);
    if (difference) residual = previous[i] += residual;
    double prediction = formula(predictor, (double)a[i], (double)b[i], 0, scales[i]);
    values[i] = ordered_32(residual + ordered_32(predicted_32(prediction)));
  }
}

ENGRAM_INLINE void restore_directly(const engram_residual_plan *plan, size_t epoch, const uint32_t *kept,
                                    uint32_t *previous, uint32_t *changes, uint32_t *values) {
  size_t count = plan->count;
  int32_t damping = damping_of(plan, epoch);
  const double *scales = plan->doubles + 3 * count;
  const float *a = (const float *)plan->operands[0] + epoch * count;
  /* A formula of one operand looks at no other. */
  const float *b = plan->operands[1] ? (const float *)plan->operands[1] + epoch * count : a;
#define CASE(P, DIFFERENCE)                                                                                            \
  case P * 3 + DIFFERENCE:                                                                                             \
    restore_formula(P, DIFFERENCE, damping, kept, a, b, scales, previous, changes, count, values);                     \
    break
#define CASES(P)                                                                                                       \
  CASE(P, PLAIN);                                                                                                      \
  CASE(P, DIFFERENCED);                                                                                                \
  CASE(P, TRENDED)
  switch (plan->predictor * 3 + difference_of(plan, epoch)) {
    CASES(ENGRAM_PREDICT_SQUARE);
    CASES(ENGRAM_PREDICT_VARIANCE);
    CASES(ENGRAM_PREDICT_SCALED_SQUARE);
    CASES(ENGRAM_PREDICT_SCALED_VARIANCE);
  }
#undef CASES
#undef CASE
}

/* The cases of a switch in the routines below. */
#define CASE(BITS, D, P, C)                                                                                            \
  case D * 4 + P * 2 + C:                                                                                              \
    restore_##BITS(D, P, C, damping, codes, kept, places, copied, source, predictions, previous, changes, count,       \
                   values);                                                                                            \
    break
#define CASES(BITS, D)                                                                                                 \
  CASE(BITS, D, 0, 0);                                                                                                 \
  CASE(BITS, D, 0, 1);                                                                                                 \
  CASE(BITS, D, 1, 0);                                                                                                 \
  CASE(BITS, D, 1, 1)

/* The routines below are the same for both widths. */
#define ROUTINES(BITS, TYPE)                                                                                           \
  /* Moves the residuals of the epoch before by the change that is predicted. */                                       \
  ENGRAM_INLINE void add_changes_##BITS(const engram_residual_plan *plan, size_t epoch, TYPE *restrict previous) {     \
    if (!is_change(plan->predictor) || epoch == 0) return;                                                             \
    const TYPE *restrict now = (const TYPE *)plan->operands[0] + epoch * plan->count, *restrict then = now - plan->count;\
    for (size_t i = 0; i < plan->count; i++) {                                                                         \
      TYPE change = ordered_##BITS(now[i]) - ordered_##BITS(then[i]);                                                  \
      if (plan->predictor == ENGRAM_PREDICT_HALF_CHANGE)                                                               \
        previous[i] += halved_##BITS(change);                                                                          \
      else                                                                                                             \
        previous[i] += plan->predictor == ENGRAM_PREDICT_DOUBLE_CHANGE ? 2 * change : change;                          \
    }                                                                                                                  \
  }                                                                                                                    \
                                                                                                                       \
  /* Finds the scales of a formula that has them, from the values of the first epoch, when the second begins. */       \
  ENGRAM_INLINE void prepare_scales_##BITS(const engram_residual_plan *plan, size_t epoch, const TYPE *first_values) { \
    if (epoch != 1 || !is_scaled(plan->predictor)) return;                                                             \
    size_t count = plan->count;                                                                                        \
    double *loaded = plan->doubles, *scales = loaded + 3 * count, *x = scales + 2 * count;                             \
    as_doubles_##BITS(first_values, count, x);                                                                         \
    const double *a = operand_row(plan, 0, 0, loaded), *b = operand_row(plan, 1, 0, loaded + count);                   \
    find_scales(plan->predictor, x, a, b, count, scales);                                                              \
  }                                                                                                                    \
                                                                                                                       \
  /* The predictions of an epoch, or NULL where each value stands for itself. */                                       \
  ENGRAM_INLINE const double *predictions_##BITS(const engram_residual_plan *plan, size_t epoch,                       \
                                                 const TYPE *first_values) {                                           \
    if (!is_predicted(plan, epoch)) return NULL;                                                                       \
    size_t count = plan->count;                                                                                        \
    double *loaded = plan->doubles, *scales = loaded + 3 * count, *predictions = scales + count;                       \
    prepare_scales_##BITS(plan, epoch, first_values);                                                                  \
    const double *a = operand_row(plan, 0, epoch, loaded), *b = operand_row(plan, 1, epoch, loaded + count);           \
    const double *c = operand_row(plan, 2, epoch, loaded + 2 * count);                                                 \
    predict(plan->predictor, a, b, c, scales, count, predictions);                                                     \
    return predictions;                                                                                                \
  }                                                                                                                    \
                                                                                                                       \
  ENGRAM_SIMD void engram_codes_of_block_##BITS(const engram_residual_plan *plan, const TYPE *block, TYPE *codes) {    \
    size_t count = plan->count;                                                                                        \
    TYPE *restrict previous = (TYPE *)plan->words, *restrict row = previous + count;                                   \
    memset(previous, 0, count * sizeof(TYPE));                                                                         \
    for (size_t epoch = 0; epoch < plan->epoch_count; epoch++) {                                                       \
      const double *predictions = predictions_##BITS(plan, epoch, block);                                              \
      const TYPE *restrict values = block + epoch * count;                                                             \
      TYPE *restrict out = plan->copied ? row : codes + epoch * count;                                                 \
      if (predictions)                                                                                                 \
        ENGRAM_SIXTEEN_AT_A_TIME                                                                                       \
        for (size_t i = 0; i < count; i++)                                                                             \
          out[i] = ordered_##BITS(values[i]) - ordered_##BITS(predicted_##BITS(predictions[i]));                       \
      else                                                                                                             \
        for (size_t i = 0; i < count; i++) out[i] = ordered_##BITS(values[i]);                                         \
      add_changes_##BITS(plan, epoch, previous);                                                                       \
      /* The first epoch of a scaled formula is no residual: the next difference is from 0. */                         \
      if (plan->is_differenced && !(epoch == 0 && is_scaled(plan->predictor)))                                         \
        for (size_t i = 0; i < count; i++) {                                                                           \
          TYPE residual = out[i];                                                                                      \
          out[i] = residual - previous[i];                                                                             \
          previous[i] = residual;                                                                                      \
        }                                                                                                              \
      for (size_t i = 0; i < count; i++) out[i] = zigzag_##BITS(out[i]);                                               \
      if (!plan->copied) continue;                                                                                     \
      TYPE *restrict kept = codes + epoch * plan->kept_count;                                                          \
      size_t next = 0;                                                                                                 \
      for (size_t i = 0; i < count && next < plan->kept_count; i++) {                                                  \
        kept[next] = row[i];                                                                                           \
        next += 1 - bit_of(plan->copied, plan->first + i);                                                             \
      }                                                                                                                \
    }                                                                                                                  \
  }                                                                                                                    \
                                                                                                                       \
  void engram_start_values_##BITS(const engram_residual_plan *plan) {                                                  \
    size_t count = plan->count;                                                                                        \
    TYPE *restrict previous = (TYPE *)plan->words, *restrict copied = previous + 2 * count;                            \
    TYPE *restrict places = copied + count, next = (TYPE)plan->before;                                                 \
    /* Residuals and their changes, one row after the other. */                                                        \
    memset(previous, 0, 2 * count * sizeof(TYPE));                                                                     \
    if (!plan->copied) return;                                                                                         \
    for (size_t i = 0; i < count; i++) {                                                                               \
      TYPE is_copied = bit_of(plan->copied, plan->first + i);                                                          \
      copied[i] = 0 - is_copied;                                                                                       \
      places[i] = next;                                                                                                \
      next += 1 - is_copied;                                                                                           \
    }                                                                                                                  \
  }                                                                                                                    \
                                                                                                                       \
  /* One epoch of codes to values. The flags are constants, so that each case becomes a loop without a branch. */      \
  ENGRAM_INLINE void restore_##BITS(int difference, int is_predicted, int has_copies, int32_t damping,                 \
                                    const TYPE *restrict codes, const TYPE *restrict kept,                             \
                                    const TYPE *restrict places, const TYPE *restrict copied,                          \
                                    const TYPE *restrict source, const double *restrict predictions,                   \
                                    TYPE *restrict previous, TYPE *restrict changes, size_t count,                     \
                                    TYPE *restrict values) {                                                           \
    ENGRAM_SIXTEEN_AT_A_TIME                                                                                           \
    for (size_t i = 0; i < count; i++) {                                                                               \
      TYPE residual = unzigzag_##BITS(has_copies ? codes[places[i]] : kept[i]);                                        \
      if (difference == TRENDED) residual = changes[i] = residual + damped_##BITS(changes[i], damping);                \
      if (difference) residual = previous[i] += residual;                                                              \
      if (is_predicted) residual += ordered_##BITS(predicted_##BITS(predictions[i]));                                  \
      TYPE value = ordered_##BITS(residual);                                                                           \
      values[i] = has_copies ? (source[i] & copied[i]) | (value & ~copied[i]) : value;                                 \
    }                                                                                                                  \
  }                                                                                                                    \
                                                                                                                       \
  ENGRAM_SIMD void engram_values_of_codes_##BITS(const engram_residual_plan *plan, size_t epoch, const TYPE *codes,    \
                                                 TYPE *block) {                                                        \
    size_t count = plan->count;                                                                                        \
    TYPE *restrict previous = (TYPE *)plan->words, *restrict changes = previous + count;                               \
    TYPE *restrict values = block + epoch * count;                                                                     \
    const TYPE *restrict copied = previous + 2 * count, *restrict places = copied + count;                             \
    const TYPE *restrict kept = codes + plan->before;                                                                  \
    const TYPE *restrict source = plan->copied ? (const TYPE *)plan->copy_source + epoch * count : NULL;               \
    if (BITS == 32 && is_direct(plan, epoch)) {                                                                        \
      prepare_scales_##BITS(plan, epoch, block);                                                                       \
      restore_directly(plan, epoch, (const uint32_t *)kept, (uint32_t *)previous, (uint32_t *)changes,                 \
                       (uint32_t *)values);                                                                            \
      return;                                                                                                          \
    }                                                                                                                  \
    const double *restrict predictions = predictions_##BITS(plan, epoch, block);                                       \
    int32_t damping = damping_of(plan, epoch);                                                                         \
    add_changes_##BITS(plan, epoch, previous);                                                                         \
    switch (difference_of(plan, epoch) * 4 + (predictions != NULL) * 2 + (source != NULL)) {                           \
      CASES(BITS, PLAIN);                                                                                              \
      CASES(BITS, DIFFERENCED);                                                                                        \
      CASES(BITS, TRENDED);                                                                                            \
    }                                                                                                                  \
  }                                                                                                                    \
                                                                                                                       \
  ENGRAM_SIMD size_t engram_equal_examples_##BITS(const TYPE *left, const TYPE *right, size_t epoch_count,             \
                                                  size_t count, uint8_t *bits) {                                       \
    enum { TILE = 64 };                                                                                                \
    memset(bits, 0, (count + 7) / 8);                                                                                  \
    size_t total = 0;                                                                                                  \
    for (size_t first = 0; first < count; first += TILE) {                                                             \
      size_t here = count - first < TILE ? count - first : TILE;                                                       \
      TYPE different[TILE] = {0};                                                                                      \
      for (size_t epoch = 0; epoch < epoch_count; epoch++)                                                             \
        for (size_t i = 0; i < here; i++)                                                                              \
          different[i] |= left[epoch * count + first + i] ^ right[epoch * count + first + i];                          \
      for (size_t i = 0; i < here; i++) {                                                                              \
        bits[(first + i) >> 3] |= (uint8_t)((different[i] == 0) << ((first + i) & 7));                                 \
        total += different[i] == 0;                                                                                    \
      }                                                                                                                \
    }                                                                                                                  \
    return total;                                                                                                      \
  }

ROUTINES(32, uint32_t)
ROUTINES(64, uint64_t)
