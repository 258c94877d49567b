// Count.c -- rows counted by the numbers of their values. See CTally.h.

#include "CTally.h"

// Rows whose places are worked out before they are counted: they stay in the nearest cache.
#define BLOCK 2048

// The places of some rows: the numbers of their values are the digits, the last column's running fastest.
static inline void find_places(
    const uint16_t *const *numbers, const uint32_t *sizes, size_t columns, size_t first, size_t count, uint32_t *place) {
  for (size_t i = 0; i < count; i++) place[i] = 0;
  for (size_t c = 0; c < columns; c++) {
    const uint16_t *digits = numbers[c] + first;
    for (size_t i = 0; i < count; i++) place[i] = place[i] * sizes[c] + digits[i];
  }
}

size_t engram_tally_count(
    const uint16_t *const *numbers, const uint32_t *sizes, size_t columns, size_t rows, uint32_t *counts, uint32_t *places) {
  size_t found = 0;
  uint32_t place[BLOCK];
  for (size_t first = 0; first < rows; first += BLOCK) {
    size_t count = rows - first < BLOCK ? rows - first : BLOCK;
    find_places(numbers, sizes, columns, first, count, place);
    for (size_t i = 0; i < count; i++) {
      if (counts[place[i]]++ == 0) places[found++] = place[i];
    }
  }
  return found;
}

size_t engram_tally_kinds(
    const uint16_t *const *numbers, const uint32_t *sizes, size_t columns, size_t rows, uint32_t *known, uint32_t *places,
    uint32_t *kinds) {
  size_t found = 0;
  uint32_t place[BLOCK];
  for (size_t first = 0; first < rows; first += BLOCK) {
    size_t count = rows - first < BLOCK ? rows - first : BLOCK;
    find_places(numbers, sizes, columns, first, count, place);
    for (size_t i = 0; i < count; i++) {
      if (known[place[i]] == 0) {
        places[found++] = place[i];
        known[place[i]] = (uint32_t)found;
      }
      kinds[first + i] = known[place[i]] - 1;
    }
  }
  return found;
}
