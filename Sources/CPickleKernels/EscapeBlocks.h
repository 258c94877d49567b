/* EscapeBlocks.h -- what 64 bytes of escaped text are, as bit masks; shared by the kernels for several processors.
 *
 * A block of 64 input bytes becomes bit masks (bit i = byte i): where an escape starts, where a byte of output stands,
 * which bytes break the rules. Tokens that the block cuts off are left for the next block, so no state is carried over. */
#ifndef ENGRAM_ESCAPE_BLOCKS_H
#define ENGRAM_ESCAPE_BLOCKS_H

#include "PickleEscapes.h"
#include "Simd.h"

#if defined(__x86_64__)
#define ENGRAM_PICKLE_X86 1

/* Bit i tells about byte i of the block. Which masks are filled depends on the form. */
typedef struct {
  uint64_t backslash, quote, newline, x, hex, plain, u, zero, lead, high, continuation;
} block_masks;

/* What to do with a block: bits of whole tokens, of output bytes, of hexadecimal values, of simple escapes. */
typedef struct {
  uint64_t output, hex_high, simple;
  unsigned length;
  int is_clean;
} block_plan;

#define EVEN_BITS 0x5555555555555555ull

/* The backslashes that start an escape, in a block that starts at a token: every other one of each run. */
ENGRAM_INLINE uint64_t escape_starts(uint64_t backslash) {
  if ((backslash & backslash << 1) == 0) return backslash;
  uint64_t first = backslash & ~(backslash << 1);
  /* Adding its first bit to a run clears the run, so what is cleared are the runs that start at an even bit. */
  uint64_t even_runs = backslash & ~(backslash + (first & EVEN_BITS));
  return (even_runs & EVEN_BITS) | (backslash & ~even_runs & ~EVEN_BITS);
}

ENGRAM_INLINE uint64_t low_bits(unsigned count) { return count >= 64 ? ~0ull : (1ull << count) - 1; }

ENGRAM_INLINE block_plan plan_block(int form, block_masks m) {
  block_plan p = {0, 0, 0, 64, 1};
  /* A token that starts inside another is an error even where the block is cut before it. */
  uint64_t bad, live, nested;
  if (form == ENGRAM_PICKLE_UTF8) {
    if (m.lead >> 63) p.length = 63;
    live = low_bits(p.length);
    uint64_t second = m.lead << 1;
    nested = second & m.lead;
    bad = (m.high & ~(m.lead | second)) | (second & ~m.continuation);
    p.output = ~m.lead & live;
  } else if (form == ENGRAM_PICKLE_RAW_UNICODE) {
    uint64_t start = m.backslash;
    /* An escape is six bytes: one that starts after bit 58 is cut off. */
    if (start >> 59) p.length = 59 + (unsigned)__builtin_ctzll(start >> 59);
    live = low_bits(p.length);
    nested = start & (start << 1 | start << 2 | start << 3 | start << 4 | start << 5);
    bad = (start << 1 & ~m.u) | ((start << 2 | start << 3) & ~m.zero) | ((start << 4 | start << 5) & ~m.hex) | m.newline;
    p.hex_high = start << 4 & live;
    p.output = ~(start | start << 1 | start << 2 | start << 3 | start << 5) & live;
  } else {
    uint64_t start = escape_starts(m.backslash);
    uint64_t kind = start << 1;
    uint64_t x = kind & m.x;
    /* \xHH is four bytes: one whose x is at bit 62 or 63 is cut off, and so is a backslash at bit 63. */
    if (x >> 62 & 1) p.length = 61;
    else if (x >> 63) p.length = 62;
    else if (start >> 63) p.length = 63;
    live = low_bits(p.length);
    nested = (x << 1 | x << 2) & m.backslash;
    bad = ((x << 1 | x << 2) & ~m.hex) | (kind & ~x & ~m.plain) | (m.quote & ~kind) | m.newline;
    p.hex_high = x << 1 & live;
    p.simple = kind & ~x & live;
    p.output = ~(start | x | x << 2) & live;
  }
  p.is_clean = ((bad & live) | nested) == 0;
  return p;
}

/* Bytes of input that a block may read: 64, and one more for the second digit of a pair. */
#define BLOCK_READ 65

/* Steps through whole blocks, with form and output as constants, so that each loop is compiled for its case alone. */
#define ENGRAM_BLOCKS_OF(steps, form)                                                        \
  return output ? steps(form, quote, input, input_count, output, output_count)               \
                : steps(form, quote, input, input_count, NULL, output_count)
#define ENGRAM_BLOCKS(steps)                                                                 \
  switch (form) {                                                                            \
    case ENGRAM_PICKLE_REPR: ENGRAM_BLOCKS_OF(steps, ENGRAM_PICKLE_REPR);                    \
    case ENGRAM_PICKLE_RAW_UNICODE: ENGRAM_BLOCKS_OF(steps, ENGRAM_PICKLE_RAW_UNICODE);      \
    default: ENGRAM_BLOCKS_OF(steps, ENGRAM_PICKLE_UTF8);                                    \
  }

/* As engram_pickle_unescape, for as many whole blocks as are free of terminators and errors. */
engram_pickle_step engram_pickle_blocks_avx2(int32_t form, uint8_t quote, const uint8_t *input, size_t input_count,
                                             uint8_t *output, size_t output_count);
engram_pickle_step engram_pickle_blocks_avx512(int32_t form, uint8_t quote, const uint8_t *input, size_t input_count,
                                               uint8_t *output, size_t output_count);

#endif
#endif
