/* PrefixKernels.c -- prefix codes of at most 10 bits, in eight streams. */
#include "PrefixKernels.h"
#include "Simd.h"

#include <string.h>

enum { BITS = ENGRAM_PREFIX_BITS, STREAMS = ENGRAM_PREFIX_STREAMS };
/* Codes that one load of 64 bits is sure to hold, after up to 7 bits of the byte it starts in. */
enum { CODES_PER_LOAD = (64 - 7) / BITS };

void engram_prefix_codes(const uint8_t lengths[256], uint16_t codes[256]) {
  uint16_t next = 0;
  for (int length = 1; length <= BITS; length++) {
    next = (uint16_t)(next << 1);
    for (int byte = 0; byte < 256; byte++)
      if (lengths[byte] == length) codes[byte] = next++;
  }
}

int engram_prefix_make_table(const uint8_t lengths[256], engram_prefix_table *table) {
  /* Bytes by length, then by value. */
  uint16_t starts[BITS + 2] = {0};
  uint8_t order[256];
  int used = 0;
  for (int byte = 0; byte < 256; byte++) {
    if (lengths[byte] > BITS) return 1;
    if (lengths[byte]) starts[lengths[byte] + 1]++, used++;
  }
  for (int length = 1; length <= BITS + 1; length++) starts[length] = (uint16_t)(starts[length] + starts[length - 1]);
  for (int byte = 0; byte < 256; byte++)
    if (lengths[byte]) order[starts[lengths[byte]]++] = (uint8_t)byte;
  size_t next = 0;
  for (int i = 0; i < used; i++) {
    int length = lengths[order[i]];
    size_t span = (size_t)1 << (BITS - length);
    if (span > (1 << BITS) - next) return 1;
    uint16_t entry = (uint16_t)(order[i] << 8 | length);
    for (size_t k = 0; k < span; k++) table->entries[next + k] = entry;
    next += span;
  }
  return next != 1 << BITS;
}

/* The 64 bits that start with bit `position`, of which at least 57 are right. */
ENGRAM_INLINE uint64_t bits_at(const uint8_t *input, size_t position) {
  uint64_t word;
  memcpy(&word, input + (position >> 3), sizeof word);
  return __builtin_bswap64(word) << (position & 7);
}

/* Decodes the end of a stream, of which fewer than 8 bytes may be left. */
static size_t decode_end(const engram_prefix_table *table, const uint8_t *input, size_t input_count, size_t position,
                         size_t count, uint8_t *bytes) {
  for (size_t i = 0; i < count; i++) {
    uint64_t word = 0;
    size_t start = position >> 3;
    for (size_t k = 0; k < 3; k++) word = word << 8 | (start + k < input_count ? input[start + k] : 0);
    uint16_t entry = table->entries[(word >> (24 - BITS - (position & 7))) & ((1 << BITS) - 1)];
    bytes[i] = (uint8_t)(entry >> 8);
    position += entry & 255;
  }
  return position;
}

/* Decodes from four streams side by side, as long as 64 bits can be loaded from each; returns how many of each.
 * Four streams hide the time that looking a code up takes, and their state fits into the registers. */
static size_t decode_four(const uint16_t *restrict entries, const uint8_t *restrict input, size_t limit,
                          size_t positions[4], size_t count, uint8_t *restrict bytes, size_t stretch) {
  size_t p0 = positions[0], p1 = positions[1], p2 = positions[2], p3 = positions[3], done = 0;
  uint8_t *restrict b0 = bytes, *restrict b1 = b0 + stretch, *restrict b2 = b1 + stretch, *restrict b3 = b2 + stretch;
  for (; done + CODES_PER_LOAD <= count; done += CODES_PER_LOAD) {
    if ((p0 > limit) | (p1 > limit) | (p2 > limit) | (p3 > limit)) break;
    uint64_t w0 = bits_at(input, p0), w1 = bits_at(input, p1), w2 = bits_at(input, p2), w3 = bits_at(input, p3);
    /* Sums of entries: their low bytes add up to the bits that were used. */
    uint32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    for (size_t k = done; k < done + CODES_PER_LOAD; k++) {
      uint32_t e0 = entries[w0 >> (64 - BITS)], e1 = entries[w1 >> (64 - BITS)];
      uint32_t e2 = entries[w2 >> (64 - BITS)], e3 = entries[w3 >> (64 - BITS)];
      /* A shift takes the low six bits of the entry, which hold the length. */
      w0 <<= e0 & 63;
      w1 <<= e1 & 63;
      w2 <<= e2 & 63;
      w3 <<= e3 & 63;
      s0 += e0;
      s1 += e1;
      s2 += e2;
      s3 += e3;
      b0[k] = (uint8_t)(e0 >> 8);
      b1[k] = (uint8_t)(e1 >> 8);
      b2[k] = (uint8_t)(e2 >> 8);
      b3[k] = (uint8_t)(e3 >> 8);
    }
    p0 += s0 & 255;
    p1 += s1 & 255;
    p2 += s2 & 255;
    p3 += s3 & 255;
  }
  positions[0] = p0, positions[1] = p1, positions[2] = p2, positions[3] = p3;
  return done;
}

int engram_prefix_decode(const engram_prefix_table *table, const uint8_t *input, size_t input_count,
                         const uint32_t byte_counts[STREAMS], size_t count, uint8_t *bytes) {
  size_t stretch = (count + STREAMS - 1) / STREAMS;
  size_t positions[STREAMS], ends[STREAMS], counts[STREAMS], end = 0;
  for (size_t j = 0; j < STREAMS; j++) {
    positions[j] = end * 8;
    if (byte_counts[j] > input_count - end) return 1;
    end += byte_counts[j];
    ends[j] = end * 8;
    size_t first = j * stretch;
    counts[j] = first >= count ? 0 : count - first < stretch ? count - first : stretch;
  }
  int is_wrong = 0;
  for (size_t j = 0; j < STREAMS; j += 4) {
    size_t done = 0;
    /* The last position from which 64 bits can be loaded. */
    if (input_count >= 8)
      done = decode_four(table->entries, input, (input_count - 8) * 8 + 7, positions + j, counts[j + 3],
                         bytes + j * stretch, stretch);
    for (size_t i = j; i < j + 4; i++) {
      if (counts[i] > done)
        positions[i] =
            decode_end(table, input, input_count, positions[i], counts[i] - done, bytes + i * stretch + done);
      is_wrong |= positions[i] > ends[i] || positions[i] + 8 <= ends[i];
    }
  }
  return is_wrong;
}

size_t engram_prefix_encode(const uint8_t *bytes, size_t count, const uint8_t lengths[256], const uint16_t codes[256],
                            uint8_t *output) {
  uint64_t word = 0;
  unsigned held = 0;
  size_t written = 0;
  for (size_t i = 0; i < count; i++) {
    unsigned length = lengths[bytes[i]];
    word = word << length | codes[bytes[i]];
    held += length;
    while (held >= 8) {
      held -= 8;
      output[written++] = (uint8_t)(word >> held);
    }
  }
  if (held > 0) output[written++] = (uint8_t)(word << (8 - held));
  return written;
}

ENGRAM_SIMD void engram_count_bytes(const uint8_t *bytes, size_t count, uint32_t counts[256]) {
  for (size_t i = 0; i < count; i++) counts[bytes[i]]++;
}
