/* RowKernels.c -- where the fields of a row of delimited text begin and end, 64 bytes at a time. */
#include "RowKernels.h"

#if defined(__SSE2__)
#include <emmintrin.h>

/* A bit for each of 64 bytes. */
static inline uint64_t equal(const __m128i block[4], uint8_t byte) {
  const __m128i wanted = _mm_set1_epi8((char)byte);
  uint64_t bits = 0;
  for (int part = 0; part < 4; part++)
    bits |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(block[part], wanted)) << (16 * part);
  return bits;
}
#endif

/* A row in the making. */
struct row {
  const uint8_t *bytes;
  struct engram_field *fields;
  size_t capacity, found, start;
};

/* Adds a field that ends before `end`; 0 where it has spaces around it, or there is no room. */
static inline int add(struct row *row, size_t end) {
  const uint8_t *bytes = row->bytes;
  if (end > row->start && (bytes[row->start] == ' ' || bytes[row->start] == '\t' || bytes[end - 1] == ' ' || bytes[end - 1] == '\t'))
    return 0;
  if (row->found == row->capacity) return 0;
  row->fields[row->found++] = (struct engram_field){(uint32_t)row->start, (uint32_t)end, 0};
  row->start = end + 1;
  return 1;
}

/* Adds the last field, which ends before a line feed, or before the carriage return in front of it. */
static inline size_t finish(struct row *row, size_t feed, size_t *next) {
  *next = feed + 1;
  return add(row, feed > row->start && row->bytes[feed - 1] == '\r' ? feed - 1 : feed) ? row->found : 0;
}

size_t engram_plain_row(const uint8_t *bytes, size_t count, size_t start, uint8_t delimiter, struct engram_field *fields,
                        size_t capacity, size_t *next) {
  struct row row = {bytes, fields, capacity, 0, start};
  size_t place = start;
#if defined(__SSE2__)
  for (; count - place > 64; place += 64) {
    __m128i block[4];
    for (int part = 0; part < 4; part++)
      block[part] = _mm_loadu_si128((const __m128i *)(const void *)(bytes + place + 16 * part));
    uint64_t ends = equal(block, delimiter), feeds = equal(block, '\n');
    uint64_t quotes = equal(block, '"'), returns = equal(block, '\r');
    if (feeds) {
      /* What lies behind the first line feed is of other rows. */
      const uint64_t row_bits = feeds ^ (feeds - 1);
      ends &= row_bits;
      quotes &= row_bits;
      returns &= row_bits;
    }
    /* A carriage return ends a row only with the line feed behind it; there is a byte behind the block. */
    returns &= ~(feeds >> 1 | (uint64_t)(bytes[place + 64] == '\n') << 63);
    if (quotes | returns) return 0;
    for (; ends; ends &= ends - 1)
      if (!add(&row, place + (size_t)__builtin_ctzll(ends))) return 0;
    if (feeds) return finish(&row, place + (size_t)__builtin_ctzll(feeds), next);
  }
#endif
  for (; place < count; place++) {
    const uint8_t byte = bytes[place];
    if (byte == '\n') return finish(&row, place, next);
    if (byte == delimiter) {
      if (!add(&row, place)) return 0;
    } else if (byte == '"') {
      return 0;
    } else if (byte == '\r' && (place + 1 == count || bytes[place + 1] != '\n')) {
      return 0;
    }
  }
  return 0;
}
