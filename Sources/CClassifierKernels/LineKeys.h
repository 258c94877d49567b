/* LineKeys.h -- keys of many columns from whole cache lines of their rows. */
#ifndef ENGRAM_LINE_KEYS_H
#define ENGRAM_LINE_KEYS_H

#include "ForestKernels.h"

#include <stddef.h>
#include <stdint.h>

/* Whether the processor can permute the bytes of a line. */
int engram_can_permute_lines(void);

/* Fills keys[i * ENGRAM_SORTED_LANES + lane], 64-byte aligned, with the bin of a node's row i in columns[lane] above the
 * row's code; lanes from `width` on get the code alone. Only where engram_can_permute_lines() says so. */
void engram_keys_from_lines(const uint8_t *bins, size_t row_stride, const engram_node_rows *node, const int32_t *columns,
                           size_t width, const uint16_t *codes, uint16_t *keys);

#endif
