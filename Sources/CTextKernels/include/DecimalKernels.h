/* DecimalKernels.h -- decimal numbers from text, each the Float64 nearest to it. */
#ifndef ENGRAM_DECIMAL_KERNELS_H
#define ENGRAM_DECIMAL_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/*
 * Reads a decimal number of up to 19 significant digits: sign, digits with a point, exponent, and nothing else.
 * Returns 1 and sets `value`, halves to even; 0 for what is no such number, infinities and NaN included; -1 where strtod must
 * say.
 */
int32_t engram_read_decimal(const uint8_t *bytes, size_t count, double *value);

#endif
