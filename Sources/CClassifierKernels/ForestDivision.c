/* ForestDivision.c -- the rows of a node divided among its children. */
#include "ForestEntry.h"
#include "ForestKernels.h"

#include <string.h>

/* Classes of which draws are counted in several places at once. */
enum { FEW_CLASSES = 16, PLACES = 4 };

/* Counts the draws of each class among entries. */
static void count_draws(const uint64_t *entries, size_t count, uint32_t *draws, size_t class_count) {
  memset(draws, 0, class_count * sizeof *draws);
  size_t i = 0;
  if (class_count <= FEW_CLASSES) {
    /* So that an addition does not wait for the one before. */
    uint32_t own[PLACES][FEW_CLASSES] = {{0}};
    for (; i + PLACES <= count; i += PLACES)
      for (size_t place = 0; place < PLACES; place++) own[place][CLASS(entries[i + place])] += WEIGHT(entries[i + place]);
    for (size_t place = 0; place < PLACES; place++)
      for (size_t k = 0; k < class_count; k++) draws[k] += own[place][k];
  }
  for (; i < count; i++) draws[CLASS(entries[i])] += WEIGHT(entries[i]);
}

/* The same for both types of numbers. */
#define DIVIDE(bins)                                             \
  size_t left = 0;                                               \
  for (size_t i = 0; i < count; i++) {                           \
    uint64_t entry = entries[i];                                 \
    scratch[i - left] = entry;                                   \
    entries[left] = entry;                                       \
    left += (bins)[ROW(entry) * row_stride] <= last;             \
  }                                                              \
  memcpy(entries + left, scratch, (count - left) * sizeof *entries); \
  count_draws(entries, left, draws, class_count);                \
  return left;

size_t engram_divide_8(uint64_t *entries, size_t count, const uint8_t *bins, size_t row_stride, uint32_t last,
                       uint64_t *scratch, uint32_t *draws, size_t class_count) {
  DIVIDE(bins)
}

size_t engram_divide_32(uint64_t *entries, size_t count, const uint32_t *ranks, size_t row_stride, uint32_t last,
                        uint64_t *scratch, uint32_t *draws, size_t class_count) {
  DIVIDE(ranks)
}
