/* LineKeys.h -- keys of many columns from whole cache lines of their rows. */
#ifndef ENGRAM_LINE_KEYS_H
#define ENGRAM_LINE_KEYS_H

#include "ForestKernels.h"

#include <stddef.h>
#include <stdint.h>

/* Fills keys[i * ENGRAM_SORTED_LANES + lane], 64-byte aligned, with the bin of a node's row i in columns[lane] above the
 * row's code; lanes from `width` on get the code alone. Returns 0 where the processor cannot, and does nothing then. */
int engram_keys_from_lines(const uint8_t *bins, size_t row_stride, const engram_node_rows *node, const int32_t *columns,
                           size_t width, const uint16_t *codes, uint16_t *keys);

#endif
