/* PrefixKernels.h -- prefix codes (Huffman 1952) of at most 10 bits, in eight streams; schema/FORMAT.md, "Coded rows".
 *
 * `count` bytes are cut into eight stretches of ceil(count / 8), the last ones shorter or empty, and each stretch is a
 * stream of its own, so that eight bytes are decoded side by side. Bits go from the most significant one down. */
#ifndef ENGRAM_PREFIX_KERNELS_H
#define ENGRAM_PREFIX_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#define ENGRAM_PREFIX_BITS 10
#define ENGRAM_PREFIX_STREAMS 8

/* What the next bits of a stream mean: the length of the code in the low 8 bits, and the byte above them. */
typedef struct {
  uint16_t entries[1 << ENGRAM_PREFIX_BITS];
} engram_prefix_table;

/* Makes the table of the canonical code of some lengths, 0 for a byte that has no code. Returns 0, or 1 when the lengths are
 * above the limit or not those of a complete code. */
int engram_prefix_make_table(const uint8_t lengths[256], engram_prefix_table *table);

/* Decodes `count` bytes from streams that lie one after the other in `input` and are `byte_counts` long. Reads nothing
 * outside input[0 ..< input_count]. Returns 0, or 1 when a stream has more bits than its bytes hold or not all are used. */
int engram_prefix_decode(const engram_prefix_table *table, const uint8_t *input, size_t input_count,
                         const uint32_t byte_counts[ENGRAM_PREFIX_STREAMS], size_t count, uint8_t *bytes);

/* The canonical codes of some lengths, each in the low bits of a number. */
void engram_prefix_codes(const uint8_t lengths[256], uint16_t codes[256]);

/* Encodes one stretch; returns the bytes written, at most (count * 10 + 7) / 8, and uses up to 8 more of `output`. */
size_t engram_prefix_encode(const uint8_t *bytes, size_t count, const uint8_t lengths[256], const uint16_t codes[256],
                            uint8_t *output);

/* Adds the occurrences of each byte. */
void engram_count_bytes(const uint8_t *bytes, size_t count, uint32_t counts[256]);

#endif
