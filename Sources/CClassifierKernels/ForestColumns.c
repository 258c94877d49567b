/* ForestColumns.c -- ranks and bins of columns. */
#include "ForestKernels.h"
#include "RadixSort.h"

#include <string.h>

static size_t rank_floats(const float *values, size_t count, uint64_t *scratch, uint32_t *ranks, double *distinct) {
  for (size_t i = 0; i < count; i++) {
    float value = values[i] + 0.0f; /* -0 becomes 0 */
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    bits ^= (uint32_t)((int32_t)bits >> 31) | 0x80000000u; /* the order of the values */
    scratch[i] = (uint64_t)bits << 32 | i;
  }
  const uint64_t *sorted = sort_by_high_half(scratch, scratch + count, count);
  size_t rank_count = 0;
  for (size_t i = 0; i < count; i++) {
    if (i == 0 || sorted[i] >> 32 != sorted[i - 1] >> 32) distinct[rank_count++] = (double)values[(uint32_t)sorted[i]];
    ranks[(uint32_t)sorted[i]] = (uint32_t)(rank_count - 1);
  }
  return rank_count;
}

/* The bits of a value as a number of the same order. */
static uint64_t ordered(double value) {
  uint64_t bits;
  value += 0.0;
  memcpy(&bits, &value, sizeof bits);
  return bits ^ ((uint64_t)((int64_t)bits >> 63) | 0x8000000000000000u);
}

static size_t rank_doubles(const double *values, size_t count, uint64_t *scratch, uint32_t *ranks, double *distinct) {
  /* The sort is stable, so the low halves first and then the high halves gives the order of the whole. */
  for (size_t i = 0; i < count; i++) scratch[i] = ordered(values[i]) << 32 | i;
  uint64_t *sorted = sort_by_high_half(scratch, scratch + count, count);
  for (size_t i = 0; i < count; i++) {
    uint32_t row = (uint32_t)sorted[i];
    sorted[i] = (ordered(values[row]) & 0xFFFFFFFF00000000u) | row;
  }
  sorted = sort_by_high_half(sorted, sorted == scratch ? scratch + count : scratch, count);
  size_t rank_count = 0;
  for (size_t i = 0; i < count; i++) {
    double value = values[(uint32_t)sorted[i]];
    if (i == 0 || value != distinct[rank_count - 1]) distinct[rank_count++] = value;
    ranks[(uint32_t)sorted[i]] = (uint32_t)(rank_count - 1);
  }
  return rank_count;
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

size_t engram_rank_column(const engram_features *features, const void *values, size_t column, size_t count,
                          uint64_t *scratch, uint32_t *ranks, double *distinct) {
  return features->is_float64
             ? rank_doubles((const double *)values + column * count, count, scratch, ranks, distinct)
             : rank_floats((const float *)values + column * count, count, scratch, ranks, distinct);
}

size_t engram_bin_ranks(const uint32_t *ranks, size_t count, size_t rank_count, size_t bin_limit, uint32_t *scratch,
                        uint8_t *bins, uint32_t *low, uint32_t *high) {
  uint32_t *row_counts = scratch, *bin_of_rank = scratch + rank_count;
  memset(row_counts, 0, rank_count * sizeof *row_counts);
  for (size_t i = 0; i < count; i++) row_counts[ranks[i]]++;
  /* A bin is full when it has its share of the rows that were left when it began. */
  size_t bin = 0, in_bin = 0, left = count;
  for (size_t rank = 0; rank < rank_count; rank++) {
    if (in_bin == 0) low[bin] = (uint32_t)rank;
    high[bin] = (uint32_t)rank;
    bin_of_rank[rank] = (uint32_t)bin;
    in_bin += row_counts[rank];
    if (rank + 1 < rank_count && bin + 1 < bin_limit &&
        (rank_count <= bin_limit || in_bin * (bin_limit - bin) >= left)) {
      left -= in_bin;
      in_bin = 0;
      bin++;
    }
  }
  for (size_t i = 0; i < count; i++) bins[i] = (uint8_t)bin_of_rank[ranks[i]];
  return rank_count == 0 ? 0 : bin + 1;
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
