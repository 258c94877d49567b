/* Rows.h -- the functions that the header declares, for one type of numbers. */
#include "Selection.h"

#include <math.h>

/* The place of a value by its share from the greatest down, counted from the least. */
ENGRAM_INLINE size_t ascending_rank(size_t count, double share) {
  return count - 1 - (size_t)rint((double)(count - 1) * share);
}

ENGRAM_SIMD void ROW_STATISTICS(const number *values, size_t row_count, size_t column_count, bits *scratch,
                                double *statistics) {
  double n = (double)column_count;
  size_t ranks[2] = {ascending_rank(column_count, 0.5), ascending_rank(column_count, 0.25)};
  for (size_t row = 0; row < row_count; row++) {
    const number *x = values + row * column_count;
    struct extent extent;
    struct deviations deviations;
    find_extent(x, column_count, &extent);
    double means[3] = {extent.sums[0] / n, extent.sums[1] / n, extent.sums[2] / n};
    /* The mean of equal values is their value, which a sum would miss by its rounding. */
    if (extent.least == extent.greatest && extent.greatest < INFINITE) {
      double magnitude = (double)number_of(extent.greatest);
      means[0] = magnitude;
      means[2] = magnitude * magnitude;
      if (!extent.has_negative || !extent.has_positive) means[1] = (double)x[0];
    }
    find_deviations(x, column_count, means, &deviations);
    double found[4] = {NAN, NAN, NAN, NAN};
    if (extent.greatest <= INFINITE) select_ranks(x, column_count, &extent, ranks, scratch, found);
    double medians[3] = {found[0], found[2], found[0] * found[0]};
    double quartiles[3] = {found[1], found[3], found[1] * found[1]};
    double norms[3] = {sqrt(extent.sums[2]), sqrt(extent.sums[2]), sqrt(extent.fourth_sum)};
    double *out = statistics + row * ENGRAM_ROW_STATISTICS;
    for (int f = 0; f < 3; f++, out += 7) {
      double variance = deviations.second[f] / n;
      out[0] = deviations.fourth[f] / n / (variance * variance);
      out[1] = means[f];
      out[2] = medians[f];
      out[3] = norms[f];
      out[4] = 3 * (means[f] - medians[f]) / sqrt(variance);
      out[5] = quartiles[f];
      out[6] = variance;
    }
  }
}

ENGRAM_SIMD void ROW_NORMS(const number *values, size_t row_count, size_t column_count, double *norms) {
  for (size_t row = 0; row < row_count; row++) {
    struct extent extent;
    find_extent(values + row * column_count, column_count, &extent);
    norms[2 * row] = sqrt(extent.sums[2]);
    norms[2 * row + 1] = sqrt(extent.fourth_sum);
  }
}

ENGRAM_SIMD size_t MARK_MISSING(const number *values, size_t row_count, size_t column_count, uint8_t *is_missing,
                                uint8_t *is_empty) {
  size_t empty_rows = 0;
  for (size_t row = 0; row < row_count; row++) {
    const number *x = values + row * column_count;
    size_t missing = 0;
    for (size_t c = 0; c < column_count; c++) missing += (bits_of(x[c]) & MAGNITUDE) > INFINITE;
    is_empty[row] = missing == column_count;
    empty_rows += missing == column_count;
    if (missing == 0 || missing == column_count) continue;
    for (size_t c = 0; c < column_count; c++) is_missing[c] |= (bits_of(x[c]) & MAGNITUDE) > INFINITE;
  }
  return empty_rows;
}
