/* RadixSort.h -- items sorted by their high halves. */
#ifndef ENGRAM_RADIX_SORT_H
#define ENGRAM_RADIX_SORT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Items that are sorted by insertion. */
#define ENGRAM_FEW_ITEMS 48

/* Radix sort by the high halves, stable: three passes of 11 bits, of which those that all items share are left out.
 * Returns where the sorted items are. */
static inline uint64_t *sort_by_high_half(uint64_t *items, uint64_t *other, size_t count) {
  if (count <= ENGRAM_FEW_ITEMS) {
    for (size_t i = 1; i < count; i++) {
      uint64_t item = items[i];
      size_t j = i;
      for (; j > 0 && items[j - 1] >> 32 > item >> 32; j--) items[j] = items[j - 1];
      items[j] = item;
    }
    return items;
  }
  enum { PASSES = 3, BITS = 11, DIGITS = 1 << BITS };
  uint32_t starts[PASSES][DIGITS];
  memset(starts, 0, sizeof starts);
  for (size_t i = 0; i < count; i++)
    for (int pass = 0; pass < PASSES; pass++) starts[pass][items[i] >> (32 + BITS * pass) & (DIGITS - 1)]++;
  for (int pass = 0; pass < PASSES; pass++) {
    unsigned shift = (unsigned)(32 + BITS * pass);
    if (count == 0 || starts[pass][items[0] >> shift & (DIGITS - 1)] == count) continue;
    uint32_t start = 0;
    for (int digit = 0; digit < DIGITS; digit++) {
      uint32_t next = start + starts[pass][digit];
      starts[pass][digit] = start;
      start = next;
    }
    for (size_t i = 0; i < count; i++) other[starts[pass][items[i] >> shift & (DIGITS - 1)]++] = items[i];
    uint64_t *swap = items;
    items = other;
    other = swap;
  }
  return items;
}

#endif
