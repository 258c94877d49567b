/* ForestColumns.c -- columns sorted, their ranks and bins. */
#include "ForestKernels.h"
#include "RadixSort.h"

#include <string.h>

static uint64_t *sort_floats(const float *values, size_t count, uint64_t *scratch) {
  for (size_t i = 0; i < count; i++) {
    float value = values[i] + 0.0f; /* -0 becomes 0 */
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    bits ^= (uint32_t)((int32_t)bits >> 31) | 0x80000000u; /* the order of the values */
    scratch[i] = (uint64_t)bits << 32 | i;
  }
  return sort_by_high_half(scratch, scratch + count, count);
}

/* The bits of a value as a number of the same order. */
static uint64_t ordered(double value) {
  uint64_t bits;
  value += 0.0;
  memcpy(&bits, &value, sizeof bits);
  return bits ^ ((uint64_t)((int64_t)bits >> 63) | 0x8000000000000000u);
}

static uint64_t *sort_doubles(const double *values, size_t count, uint64_t *scratch) {
  /* The sort is stable, so the low halves first and then the high halves gives the order of the whole. */
  for (size_t i = 0; i < count; i++) scratch[i] = ordered(values[i]) << 32 | i;
  uint64_t *sorted = sort_by_high_half(scratch, scratch + count, count);
  for (size_t i = 0; i < count; i++) {
    uint32_t row = (uint32_t)sorted[i];
    sorted[i] = (ordered(values[row]) & 0xFFFFFFFF00000000u) | row;
  }
  return sort_by_high_half(sorted, sorted == scratch ? scratch + count : scratch, count);
}

void engram_sort_column(const engram_features *features, const void *values, size_t column, size_t count,
                        uint64_t *scratch, engram_sorted_column *sorted) {
  *sorted = (engram_sorted_column){.count = count, .is_float64 = features->is_float64};
  if (features->is_float64) {
    sorted->values = (const double *)values + column * count;
    sorted->items = sort_doubles(sorted->values, count, scratch);
  } else {
    sorted->values = (const float *)values + column * count;
    sorted->items = sort_floats(sorted->values, count, scratch);
  }
}

/* The row at a place of the order, its value, and whether the next one has the same. */
static uint32_t row_at(const engram_sorted_column *sorted, size_t place) { return (uint32_t)sorted->items[place]; }

static double value_at(const engram_sorted_column *sorted, size_t place) {
  uint32_t row = row_at(sorted, place);
  return sorted->is_float64 ? ((const double *)sorted->values)[row] : (double)((const float *)sorted->values)[row];
}

static int is_last_of_value(const engram_sorted_column *sorted, size_t place) {
  if (place + 1 == sorted->count || sorted->items[place] >> 32 != sorted->items[place + 1] >> 32) return 1;
  return sorted->is_float64 && value_at(sorted, place) != value_at(sorted, place + 1);
}

void engram_take_columns(const engram_features *features, size_t first, size_t width, const int32_t *rows, size_t count,
                         void *values) {
  for (size_t i = 0; i < count; i++) {
    ptrdiff_t offset = rows[i] * features->row_stride + (ptrdiff_t)first * features->column_stride;
    for (size_t j = 0; j < width; j++, offset += features->column_stride) {
      if (features->is_float64)
        ((double *)values)[j * count + i] = ((const double *)features->values)[offset];
      else
        ((float *)values)[j * count + i] = ((const float *)features->values)[offset];
    }
  }
}

size_t engram_rank_sorted(const engram_sorted_column *sorted, uint32_t *ranks, double *distinct) {
  size_t rank = 0;
  for (size_t i = 0; i < sorted->count; i++) {
    ranks[row_at(sorted, i)] = (uint32_t)rank;
    if (is_last_of_value(sorted, i)) distinct[rank++] = value_at(sorted, i);
  }
  return rank;
}

size_t engram_bin_sorted(const engram_sorted_column *sorted, size_t bin_limit, uint8_t *bins, double *low, double *high) {
  size_t count = sorted->count, value_count = 0;
  for (size_t i = 0; i < count; i++) value_count += (size_t)is_last_of_value(sorted, i);
  /* A bin is full when it has its share of the rows that were left when it began. */
  size_t bin = 0, start = 0, left = count;
  for (size_t i = 0; i < count; i++) {
    bins[row_at(sorted, i)] = (uint8_t)bin;
    size_t in_bin = i + 1 - start;
    int is_full = value_count <= bin_limit || in_bin * (bin_limit - bin) >= left;
    if (i + 1 < count && (bin + 1 == bin_limit || !is_full || !is_last_of_value(sorted, i))) continue;
    low[bin] = value_at(sorted, start);
    high[bin] = value_at(sorted, i);
    left -= in_bin;
    start = i + 1;
    bin++;
  }
  return bin;
}

void engram_turn_bins(const uint8_t *bins, size_t row_count, size_t column_stride, size_t column_count,
                      size_t row_stride, uint8_t *turned) {
  enum { TILE = 64 };
  for (size_t first = 0; first < row_count; first += TILE) {
    size_t end = first + TILE < row_count ? first + TILE : row_count;
    for (size_t column = 0; column < column_count; column++)
      for (size_t row = first; row < end; row++) turned[row * row_stride + column] = bins[column * column_stride + row];
  }
}
