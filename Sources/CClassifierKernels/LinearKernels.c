/* LinearKernels.c -- the inner loops of linear classifiers on dense rows. */
#include "LinearKernels.h"
#include "Simd.h"

#include <math.h>
#include <string.h>

#define LANES ENGRAM_LINEAR_LANES
#define CLASSES ENGRAM_DUAL_CLASSES
/* Rows ahead of the one at work that are asked for from memory: shuffled rows are not foreseen by the processor. */
#define AHEAD 2
#define CACHE_LINE 64

/* Aligned as their elements, so that any array may be read through them. */
typedef double lanes __attribute__((vector_size(LANES * 8), aligned(8)));
typedef float narrow_lanes __attribute__((vector_size(LANES * 4), aligned(4)));

/* By pointer, because how a vector is passed differs between the processors that callers are compiled for. */
ENGRAM_INLINE double added(const lanes *sums) {
  const double *a = (const double *)sums;
  return ((a[0] + a[4]) + (a[1] + a[5])) + ((a[2] + a[6]) + (a[3] + a[7]));
}

#define TAKE_ROWS(BITS, TYPE)                                                                                          \
  ENGRAM_SIMD void engram_take_rows_##BITS(const TYPE *values, ptrdiff_t row_stride, ptrdiff_t column_stride,          \
                                           const int32_t *rows, size_t count, size_t columns, double *taken,           \
                                           size_t taken_stride) {                                                      \
    if (column_stride == 1) {                                                                                          \
      for (size_t i = 0; i < count; i++) {                                                                             \
        const TYPE *row = values + rows[i] * row_stride;                                                               \
        for (size_t c = 0; c < columns; c++) taken[i * taken_stride + c] = (double)row[c];                             \
      }                                                                                                                \
      return;                                                                                                          \
    }                                                                                                                  \
    for (size_t c = 0; c < columns; c++)                                                                               \
      for (size_t i = 0; i < count; i++)                                                                               \
        taken[i * taken_stride + c] = (double)values[rows[i] * row_stride + (ptrdiff_t)c * column_stride];             \
  }

TAKE_ROWS(32, float)
TAKE_ROWS(64, double)

ENGRAM_SIMD void engram_row_products(const double *rows, size_t count, size_t stride, size_t width,
                                     const double *weights, double *products) {
  for (size_t i = 0; i < count; i++) {
    const double *row = rows + i * stride;
    lanes even = {0}, odd = {0};
    size_t c = 0;
    for (; c + 2 * LANES <= width; c += 2 * LANES) {
      even += *(const lanes *)(row + c) * *(const lanes *)(weights + c);
      odd += *(const lanes *)(row + c + LANES) * *(const lanes *)(weights + c + LANES);
    }
    if (c < width) even += *(const lanes *)(row + c) * *(const lanes *)(weights + c);
    even += odd;
    products[i] = added(&even);
  }
}

ENGRAM_SIMD void engram_add_rows(const double *rows, size_t stride, size_t width, const int32_t *indices,
                                 const double *factors, size_t count, double *sum, double *packed) {
  for (size_t i = 0; i < count; i++) {
    const double *row = rows + (size_t)indices[i] * stride;
    for (size_t c = 0; c < width; c += LANES)
      *(lanes *)(sum + c) += factors[i] * *(const lanes *)(row + c);
    if (packed) memcpy(packed + i * width, row, width * sizeof(double));
  }
}

ENGRAM_SIMD engram_hinge_sums engram_hinge(const double *margins, const double *changes, size_t count, double step) {
  lanes loss = {0}, slope = {0}, curvature = {0};
  for (size_t i = 0; i < count; i += LANES) {
    lanes missing = {0}, change = {0};
    for (size_t lane = 0; lane < LANES && i + lane < count; lane++) {
      double m = 1 - margins[i + lane] - step * changes[i + lane];
      missing[lane] = m > 0 ? m : 0;
      change[lane] = m > 0 ? changes[i + lane] : 0;
    }
    loss += missing * missing;
    slope += missing * change;
    curvature += change * change;
  }
  return (engram_hinge_sums){added(&loss), added(&slope), added(&curvature)};
}

ENGRAM_SIMD void engram_dual_epoch(const float *rows, size_t width, const intptr_t *order, size_t count,
                                   const double *norms, double ridge, const double *targets, const uint8_t *done,
                                   double *duals, double *weights, double *highest, double *lowest) {
  for (size_t k = 0; k < CLASSES; k++) highest[k] = -INFINITY, lowest[k] = INFINITY;
  for (size_t place = 0; place < count; place++) {
    size_t i = (size_t)order[place];
    const float *row = rows + i * width;
    if (place + AHEAD < count) {
      const char *next = (const char *)(rows + (size_t)order[place + AHEAD] * width);
      for (size_t byte = 0; byte < width * sizeof(float); byte += CACHE_LINE) __builtin_prefetch(next + byte);
    }
    lanes products[CLASSES] = {{0}};
    for (size_t c = 0; c < width; c += LANES) {
      lanes x = __builtin_convertvector(*(const narrow_lanes *)(row + c), lanes);
      for (size_t k = 0; k < CLASSES; k++) products[k] += x * *(const lanes *)(weights + k * width + c);
    }
    double steps[CLASSES];
    int any = 0;
    for (size_t k = 0; k < CLASSES; k++) {
      double target = targets[i * CLASSES + k], dual = duals[i * CLASSES + k];
      double gradient = target * added(&products[k]) - 1 + ridge * dual;
      double projected = dual > 0 || gradient < 0 ? gradient : 0;
      highest[k] = fmax(highest[k], projected);
      lowest[k] = fmin(lowest[k], projected);
      double stepped = fmax(dual - gradient / norms[i], 0);
      steps[k] = done[k] ? 0 : (stepped - dual) * target;
      if (steps[k] == 0) continue;
      duals[i * CLASSES + k] = stepped;
      any = 1;
    }
    if (!any) continue;
    for (size_t c = 0; c < width; c += LANES) {
      lanes x = __builtin_convertvector(*(const narrow_lanes *)(row + c), lanes);
      for (size_t k = 0; k < CLASSES; k++) *(lanes *)(weights + k * width + c) += steps[k] * x;
    }
  }
}
