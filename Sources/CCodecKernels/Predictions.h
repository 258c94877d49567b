/* Predictions.h -- the formulas by which a value is predicted from others; schema/FORMAT.md, "Prediction". */
#ifndef ENGRAM_PREDICTIONS_H
#define ENGRAM_PREDICTIONS_H

#include "Ordered.h"
#include "ResidualKernels.h"
#include "Simd.h"

#include <math.h>
#include <string.h>

/* Every operation is rounded by itself, also where the processor could fuse a product and a sum: the format says so. */
#pragma STDC FP_CONTRACT OFF

/* The square root, rounded as IEEE 754 asks; unlike sqrt() it need not set errno, which vectors cannot. */
ENGRAM_INLINE double root(double value) { return __builtin_elementwise_sqrt(value); }

ENGRAM_INLINE int is_scaled(int32_t predictor) {
  return predictor == ENGRAM_PREDICT_SCALED_SQUARE || predictor == ENGRAM_PREDICT_NORM ||
         predictor == ENGRAM_PREDICT_SCALED_VARIANCE;
}

ENGRAM_INLINE int is_change(int32_t predictor) {
  return predictor == ENGRAM_PREDICT_CHANGE || predictor == ENGRAM_PREDICT_HALF_CHANGE ||
         predictor == ENGRAM_PREDICT_DOUBLE_CHANGE;
}

/* One epoch of an operand as float64, in place or in `loaded`. */
ENGRAM_INLINE const double *operand_row(const engram_residual_plan *plan, int which, size_t epoch, double *loaded) {
  if (!plan->operands[which]) return loaded;
  if (plan->is_double[which]) return (const double *)plan->operands[which] + epoch * plan->count;
  const float *row = (const float *)plan->operands[which] + epoch * plan->count;
  for (size_t i = 0; i < plan->count; i++) loaded[i] = (double)row[i];
  return loaded;
}

/* The scale of each example from its value x at the first epoch. */
ENGRAM_INLINE void find_scales(int32_t predictor, const double *x, const double *a, const double *b, size_t count,
                               double *scales) {
  if (predictor == ENGRAM_PREDICT_NORM)
    for (size_t i = 0; i < count; i++) scales[i] = rint((x[i] * x[i]) / (a[i] + b[i] * b[i]));
  else if (predictor == ENGRAM_PREDICT_SCALED_VARIANCE)
    for (size_t i = 0; i < count; i++) scales[i] = (x[i] + b[i] * b[i]) / (a[i] * a[i]);
  else
    for (size_t i = 0; i < count; i++) scales[i] = x[i] / (a[i] * a[i]);
}

/* The formula of a predictor, which is a constant where it is used. */
ENGRAM_INLINE double formula(int32_t predictor, double a, double b, double c, double scale) {
  switch (predictor) {
  case ENGRAM_PREDICT_SQUARE: return a * a;
  case ENGRAM_PREDICT_SECOND_MOMENT: return a + b * b;
  case ENGRAM_PREDICT_VARIANCE: return a - b * b;
  case ENGRAM_PREDICT_FOLDED_VARIANCE: return (a + b * b) - c * c;
  case ENGRAM_PREDICT_SCALED_SQUARE: return (a * a) * scale;
  case ENGRAM_PREDICT_NORM: return root((a + b * b) * scale);
  case ENGRAM_PREDICT_SCALED_VARIANCE: return (a * a) * scale - b * b;
  case ENGRAM_PREDICT_SKEWNESS: return (3 * (a - b)) / root(c);
  default: return (a + b * b) / (c * c);
  }
}

ENGRAM_INLINE void predict(int32_t predictor, const double *a, const double *b, const double *c, const double *scales,
                           size_t count, double *restrict p) {
#define CASE(P)                                                                                                        \
  case P:                                                                                                              \
    for (size_t i = 0; i < count; i++) p[i] = formula(P, a[i], b[i], c[i], scales[i]);                                 \
    break
  switch (predictor) {
    CASE(ENGRAM_PREDICT_SQUARE);
    CASE(ENGRAM_PREDICT_SECOND_MOMENT);
    CASE(ENGRAM_PREDICT_VARIANCE);
    CASE(ENGRAM_PREDICT_FOLDED_VARIANCE);
    CASE(ENGRAM_PREDICT_SCALED_SQUARE);
    CASE(ENGRAM_PREDICT_NORM);
    CASE(ENGRAM_PREDICT_SKEWNESS);
    CASE(ENGRAM_PREDICT_KURTOSIS);
    CASE(ENGRAM_PREDICT_SCALED_VARIANCE);
  }
#undef CASE
}

/* The bits of a prediction as a value of the block; every NaN is the same one, whatever the processor made of it. */
ENGRAM_INLINE uint32_t predicted_32(double prediction) {
  float rounded = (float)prediction;
  uint32_t bits;
  memcpy(&bits, &rounded, sizeof bits);
  return (bits & 0x7fffffff) > 0x7f800000 ? 0x7fc00000 : bits;
}
ENGRAM_INLINE uint64_t predicted_64(double prediction) {
  uint64_t bits;
  memcpy(&bits, &prediction, sizeof bits);
  return (bits & INT64_MAX) > UINT64_C(0x7ff0000000000000) ? UINT64_C(0x7ff8000000000000) : bits;
}

/* Values of a block as float64. */
ENGRAM_INLINE void as_doubles_32(const uint32_t *values, size_t count, double *out) {
  for (size_t i = 0; i < count; i++) {
    float value;
    memcpy(&value, values + i, sizeof value);
    out[i] = (double)value;
  }
}
ENGRAM_INLINE void as_doubles_64(const uint64_t *values, size_t count, double *out) {
  memcpy(out, values, count * sizeof *out);
}

/* Half of a change, rounded down. */
ENGRAM_INLINE uint32_t halved_32(uint32_t change) { return (uint32_t)((int32_t)change >> 1); }
ENGRAM_INLINE uint64_t halved_64(uint64_t change) { return (uint64_t)((int64_t)change >> 1); }

#endif
