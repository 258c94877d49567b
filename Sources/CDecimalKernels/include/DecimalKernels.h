/* DecimalKernels.h -- the Float64 nearest to a decimal number of up to 19 digits. */
#ifndef ENGRAM_DECIMAL_KERNELS_H
#define ENGRAM_DECIMAL_KERNELS_H

#include <stdint.h>

/*
 * Finds the Float64 nearest to digits x 10^power, halves to even.
 * Returns 1 and sets `value`; 0 where this way cannot tell, and another must be gone.
 */
int32_t engram_decimal(uint64_t digits, int32_t power, double *value);

#endif
