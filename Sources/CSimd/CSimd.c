/* CSimd.c -- a target needs a source; all there is stands in Simd.h. */
#include "Simd.h"

typedef int engram_simd_is_a_header;
