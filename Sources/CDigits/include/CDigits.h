/* CDigits.h -- 1,797 handwritten digits of 8 x 8 pixels; digits.c says whose they are. */
#ifndef ENGRAM_CDIGITS_H
#define ENGRAM_CDIGITS_H

#include <stdint.h>

/* How many there are. */
int32_t engram_digit_count(void);
/* One pixel, row by row, 0 (paper) to 16 (ink). Indices beyond the end give 0. */
int32_t engram_digit_pixel(int32_t digit, int32_t pixel);
/* Which digit it is, 0 to 9. */
int32_t engram_digit_label(int32_t digit);

#endif
