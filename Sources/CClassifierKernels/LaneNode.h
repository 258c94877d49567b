/* LaneNode.h -- a node sorted and cut along a few columns, one in each lane; included once for each number of lanes (LaneWidth.h). */

#undef u8s
#define u8s LANED(u8s)
typedef uint8_t u8s __attribute__((ext_vector_type(WIDTH)));

/* Fills keys with the bins of `width` columns that are named, or of the first ones. */
ENGRAM_INLINE void LANED(fill_keys)(const uint8_t *bins, size_t row_stride, const engram_node_rows *node,
                                    const int32_t *columns, size_t width, const uint16_t *codes, u16s *keys) {
  if (!columns) {
    for (size_t i = 0; i < node->count; i++) {
      u8s own;
      memcpy(&own, bins + ROW(node->entries[i]) * row_stride, sizeof own);
      keys[i] = __builtin_convertvector(own, u16s) << 8 | codes[i];
    }
    return;
  }
  for (size_t first = 0; first < WIDTH; first += TOGETHER) {
    size_t places[TOGETHER];
    /* What lanes beyond the last column hold is not looked at. */
    for (size_t lane = 0; lane < TOGETHER; lane++) places[lane] = (size_t)columns[first + lane < width ? first + lane : 0];
    for (size_t i = 0; i < node->count; i++) {
      const uint8_t *row = bins + ROW(node->entries[i]) * row_stride;
      if (node->count > LARGE_NODE && i + AHEAD < node->count) {
        const uint8_t *ahead = bins + ROW(node->entries[i + AHEAD]) * row_stride;
        for (size_t lane = 0; lane < TOGETHER; lane++) __builtin_prefetch(ahead + places[lane]);
      }
      uint16_t code = codes[i], *key = (uint16_t *)(keys + i) + first;
#pragma clang loop unroll(full)
      for (size_t lane = 0; lane < TOGETHER; lane++) key[lane] = (uint16_t)(row[places[lane]] << 8 | code);
    }
  }
}

/* Cuts a node along `width` columns. */
ENGRAM_INLINE void LANED(cut_node)(const uint8_t *bins, size_t row_stride, const engram_node_rows *node,
                                   const int32_t *columns, size_t width, const uint16_t *codes, int only_counts,
                                   u16s *keys, engram_cut *cuts) {
  if (WIDTH == ENGRAM_SORTED_LANES && columns && node->count >= SOME_ROWS)
    engram_keys_from_lines(bins, row_stride, node, columns, width, codes, (uint16_t *)keys);
  else
    LANED(fill_keys)(bins, row_stride, node, columns, width, codes, keys);
  LANED(sort_lanes)(keys, node->count);
  LANED(best_cuts)(keys, node, only_counts, node->weight_bits, width, cuts);
}
