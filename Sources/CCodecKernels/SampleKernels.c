/* SampleKernels.c -- means of a few samples of each example. */
#include "SampleKernels.h"
#include "Simd.h"

#include <math.h>
#include <string.h>

/* A product and a sum stay two roundings, as NumPy computes them, also where the processor could fuse them. */
#pragma STDC FP_CONTRACT OFF

ENGRAM_SIMD void engram_sample_means(const double *block, size_t example_count, const int32_t *epochs,
                                     const int32_t *starts, size_t step, size_t sample_total,
                                     const engram_row_run *runs, size_t run_count, double *means) {
  for (size_t j = 0; j < run_count; j++) {
    const double *from = block + runs[j].source;
    size_t count = (size_t)runs[j].count;
    for (size_t k = 0; k < sample_total; k++) {
      if (starts) {
        for (size_t i = 0; i < count; i++) {
          int32_t epoch = epochs[(size_t)starts[i] + k * step];
          double value = epoch < 0 ? (double)NAN : from[(size_t)epoch * example_count + i];
          means[i] = k == 0 ? value : means[i] + value;
        }
        continue;
      }
      int32_t epoch = epochs[k * step];
      const double *row = from + (size_t)(epoch < 0 ? 0 : epoch) * example_count;
      if (epoch < 0)
        for (size_t i = 0; i < count; i++) means[i] = (double)NAN;
      else if (k == 0)
        memcpy(means, row, count * sizeof(double));
      else
        for (size_t i = 0; i < count; i++) means[i] += row[i];
    }
    for (size_t i = 0; i < count; i++) means[i] /= (double)sample_total;
    means += count;
    if (starts) starts += count;
  }
}
