/* PickleEscapes.h -- counts and decodes bytes that a pickle writes as escaped text. */
#ifndef ENGRAM_PICKLE_ESCAPES_H
#define ENGRAM_PICKLE_ESCAPES_H

#include <stddef.h>
#include <stdint.h>

/* How bytes are written as text. */
enum {
  /* repr() of a Python 2 str: \\ \' \" \n \r \t \xHH; ends at the unescaped quote. */
  ENGRAM_PICKLE_REPR = 0,
  /* raw-unicode-escape of text whose code points are below 256: \u00HH; ends at a line feed. */
  ENGRAM_PICKLE_RAW_UNICODE = 1,
  /* UTF-8 of text whose code points are below 256; ends with the input. */
  ENGRAM_PICKLE_UTF8 = 2
};

/* Why a step stopped. */
enum {
  /* What is left of the input is less than one whole token. */
  ENGRAM_PICKLE_MORE = 0,
  /* input[consumed] is the terminator. */
  ENGRAM_PICKLE_END = 1,
  /* The token that starts at input[consumed] is malformed. */
  ENGRAM_PICKLE_BAD = 2,
  /* output_count bytes were produced. */
  ENGRAM_PICKLE_FULL = 3
};

/* What one call did. */
typedef struct {
  size_t consumed;
  size_t produced;
  int32_t status;
} engram_pickle_step;

/* The best kernel of this machine: 0 scalar, 1 AVX2 with BMI2, 2 AVX-512 with VBMI2. */
int32_t engram_pickle_best_level(void);

/*
 * Decodes whole tokens from input, which starts at the start of a token, until something stops it.
 * A null output counts instead of writing. `level` is at most engram_pickle_best_level(); every level
 * gives the same answer. Reads input[0 ..< input_count] and writes output[0 ..< output_count] only.
 */
engram_pickle_step engram_pickle_unescape(
    int32_t level, int32_t form, uint8_t quote,
    const uint8_t *input, size_t input_count, uint8_t *output, size_t output_count);

#endif
