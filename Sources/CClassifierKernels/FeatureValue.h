/* FeatureValue.h -- one value of a matrix of features. */
#ifndef ENGRAM_FEATURE_VALUE_H
#define ENGRAM_FEATURE_VALUE_H

#include "ForestKernels.h"
#include "Simd.h"

/* The value at an offset, in elements; whether it is a float64 is known when a loop is compiled. */
ENGRAM_INLINE double feature_value(const engram_features *features, int is_float64, ptrdiff_t offset) {
  return is_float64 ? ((const double *)features->values)[offset] : (double)((const float *)features->values)[offset];
}

#endif
