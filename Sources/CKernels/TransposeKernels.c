/* TransposeKernels.c -- blocks of [epoch][example] to and from the layouts that callers have.
 *
 * Every routine here is a blocked transposition: tiles of 8 x 8 (32 bits) or 4 x 4 (64 bits) elements stay in registers.
 * Where an edge is not a multiple of the tile, the last tile overlaps the one before and writes some elements again. */
#include "ChunkKernels.h"
#include "Simd.h"
#include "ViewKernels.h"

#include <string.h>

typedef uint32_t vector_32 __attribute__((vector_size(32)));
typedef uint64_t vector_64 __attribute__((vector_size(32)));

#define EDGE_32 8
#define EDGE_64 4
/* Rows of pointers that are handled together. */
#define ROW_GROUP 64

/* destination[c * stride + r] = rows[r][c] for one tile; the rows are bytes because they need no alignment. */
ENGRAM_INLINE void tile_32(const uint8_t *const *rows, size_t column, uint8_t *destination, ptrdiff_t stride) {
  vector_32 r[8], t[8], u[8];
  for (int i = 0; i < 8; i++) memcpy(&r[i], rows[i] + column * 4, 32);
  for (int i = 0; i < 8; i += 2) {
    t[i] = __builtin_shufflevector(r[i], r[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
    t[i + 1] = __builtin_shufflevector(r[i], r[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
  }
  for (int i = 0; i < 8; i += 4) {
    u[i] = __builtin_shufflevector(t[i], t[i + 2], 0, 1, 8, 9, 4, 5, 12, 13);
    u[i + 1] = __builtin_shufflevector(t[i], t[i + 2], 2, 3, 10, 11, 6, 7, 14, 15);
    u[i + 2] = __builtin_shufflevector(t[i + 1], t[i + 3], 0, 1, 8, 9, 4, 5, 12, 13);
    u[i + 3] = __builtin_shufflevector(t[i + 1], t[i + 3], 2, 3, 10, 11, 6, 7, 14, 15);
  }
  for (int i = 0; i < 4; i++) {
    vector_32 low = __builtin_shufflevector(u[i], u[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    vector_32 high = __builtin_shufflevector(u[i], u[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    memcpy(destination + i * stride, &low, 32);
    memcpy(destination + (i + 4) * stride, &high, 32);
  }
}

ENGRAM_INLINE void tile_64(const uint8_t *const *rows, size_t column, uint8_t *destination, ptrdiff_t stride) {
  vector_64 r[4], t[4];
  for (int i = 0; i < 4; i++) memcpy(&r[i], rows[i] + column * 8, 32);
  for (int i = 0; i < 4; i += 2) {
    t[i] = __builtin_shufflevector(r[i], r[i + 1], 0, 4, 2, 6);
    t[i + 1] = __builtin_shufflevector(r[i], r[i + 1], 1, 5, 3, 7);
  }
  for (int i = 0; i < 2; i++) {
    vector_64 low = __builtin_shufflevector(t[i], t[i + 2], 0, 1, 4, 5);
    vector_64 high = __builtin_shufflevector(t[i], t[i + 2], 2, 3, 6, 7);
    memcpy(destination + i * stride, &low, 32);
    memcpy(destination + (i + 2) * stride, &high, 32);
  }
}

/* The routines below are the same for both widths; BITS is 32 or 64. */
#define ROUTINES(BITS)                                                                                                 \
  /* destination[c * stride + r] = rows[r][c] for all r < row_count, c < column_count; stride in bytes. */             \
  ENGRAM_INLINE void transpose_##BITS(const uint8_t *const *rows, size_t row_count, size_t column_count,               \
                                      uint8_t *destination, ptrdiff_t stride) {                                        \
    enum { edge = EDGE_##BITS, size = BITS / 8 };                                                                      \
    if (row_count < edge || column_count < edge) {                                                                     \
      for (size_t c = 0; c < column_count; c++)                                                                        \
        for (size_t r = 0; r < row_count; r++)                                                                         \
          memcpy(destination + (ptrdiff_t)c * stride + r * size, rows[r] + c * size, size);                            \
      return;                                                                                                          \
    }                                                                                                                  \
    for (size_t c = 0; c < column_count; c += edge) {                                                                  \
      if (c + edge > column_count) c = column_count - edge;                                                            \
      for (size_t r = 0; r < row_count; r += edge) {                                                                   \
        if (r + edge > row_count) r = row_count - edge;                                                                \
        tile_##BITS(rows + r, c, destination + (ptrdiff_t)c * stride + r * size, stride);                              \
      }                                                                                                                \
    }                                                                                                                  \
  }                                                                                                                    \
                                                                                                                       \
  ENGRAM_SIMD void engram_gather_##BITS(const uint8_t *values, size_t first, size_t end, size_t example_count,         \
                                        size_t epoch_count, size_t statistic_count, uint##BITS##_t *blocks,            \
                                        size_t block_stride) {                                                         \
    enum { size = BITS / 8 };                                                                                          \
    size_t example_size = epoch_count * statistic_count * size;                                                        \
    for (size_t example = first; example < end; example += ENGRAM_SCATTER_TILE) {                                      \
      size_t row_count = end - example < ENGRAM_SCATTER_TILE ? end - example : ENGRAM_SCATTER_TILE;                    \
      for (size_t epoch = 0; epoch < epoch_count; epoch++) {                                                           \
        const uint8_t *rows[ENGRAM_SCATTER_TILE];                                                                      \
        for (size_t r = 0; r < row_count; r++)                                                                         \
          rows[r] = values + (example + r) * example_size + epoch * statistic_count * size;                            \
        transpose_##BITS(rows, row_count, statistic_count, (uint8_t *)(blocks + epoch * example_count + example),      \
                         (ptrdiff_t)(block_stride * size));                                                            \
      }                                                                                                                \
    }                                                                                                                  \
  }                                                                                                                    \
                                                                                                                       \
  ENGRAM_SIMD void engram_ungather_##BITS(const uint##BITS##_t *blocks, size_t block_stride, size_t first, size_t end, \
                                          size_t example_count, size_t epoch_count, size_t statistic_count,            \
                                          uint8_t *values) {                                                           \
    enum { size = BITS / 8 };                                                                                          \
    size_t example_size = epoch_count * statistic_count * size;                                                        \
    for (size_t example = first; example < end; example += ENGRAM_SCATTER_TILE) {                                      \
      size_t column_count = end - example < ENGRAM_SCATTER_TILE ? end - example : ENGRAM_SCATTER_TILE;                 \
      for (size_t epoch = 0; epoch < epoch_count; epoch++) {                                                           \
        for (size_t statistic = 0; statistic < statistic_count; statistic += ROW_GROUP) {                              \
          size_t left = statistic_count - statistic, row_count = left < ROW_GROUP ? left : ROW_GROUP;                  \
          const uint8_t *rows[ROW_GROUP];                                                                              \
          for (size_t r = 0; r < row_count; r++)                                                                       \
            rows[r] = (const uint8_t *)(blocks + (statistic + r) * block_stride + epoch * example_count + example);    \
          transpose_##BITS(rows, row_count, column_count,                                                              \
                           values + example * example_size + (epoch * statistic_count + statistic) * size,             \
                           (ptrdiff_t)example_size);                                                                   \
        }                                                                                                              \
      }                                                                                                                \
    }                                                                                                                  \
  }                                                                                                                    \
                                                                                                                       \
  /* `count` examples from `source` on, all epochs, to rows of `row_stride` elements. */                               \
  ENGRAM_INLINE void rows_##BITS(const uint##BITS##_t *block, size_t example_count, const int32_t *epochs,             \
                                 size_t epoch_total, size_t source, size_t count, uint##BITS##_t *destination,         \
                                 ptrdiff_t row_stride) {                                                               \
    for (size_t k = 0; k < epoch_total; k += ROW_GROUP) {                                                              \
      size_t left = epoch_total - k, row_count = left < ROW_GROUP ? left : ROW_GROUP;                                  \
      const uint8_t *rows[ROW_GROUP];                                                                                  \
      for (size_t r = 0; r < row_count; r++)                                                                           \
        rows[r] = (const uint8_t *)(block + (size_t)epochs[k + r] * example_count + source);                           \
      transpose_##BITS(rows, row_count, count, (uint8_t *)(destination + k), row_stride * (BITS / 8));                 \
    }                                                                                                                  \
  }                                                                                                                    \
                                                                                                                       \
  ENGRAM_SIMD void engram_scatter_##BITS(const uint##BITS##_t *block, size_t example_count, const int32_t *epochs,     \
                                         size_t epoch_total, const engram_row_run *runs, size_t run_count,             \
                                         ptrdiff_t example_stride, ptrdiff_t epoch_stride, uint##BITS##_t *base,       \
                                         uint##BITS##_t *scratch) {                                                    \
    if (example_stride == 1) {                                                                                         \
      for (size_t k = 0; k < epoch_total; k++) {                                                                       \
        const uint##BITS##_t *row = block + (size_t)epochs[k] * example_count;                                         \
        uint##BITS##_t *column = base + (ptrdiff_t)k * epoch_stride;                                                   \
        for (size_t j = 0; j < run_count; j++) {                                                                       \
          const uint##BITS##_t *from = row + runs[j].source;                                                           \
          uint##BITS##_t *to = column + runs[j].destination;                                                           \
          if (runs[j].count == 1)                                                                                      \
            *to = *from;                                                                                               \
          else                                                                                                         \
            memcpy(to, from, (size_t)runs[j].count * (BITS / 8));                                                      \
        }                                                                                                              \
      }                                                                                                                \
      return;                                                                                                          \
    }                                                                                                                  \
    if (epoch_stride == 1) {                                                                                           \
      /* Short runs share tiles: a tile is transposed into scratch once while its runs follow one another. */          \
      ptrdiff_t tile_first = -1;                                                                                       \
      size_t selected = 0;                                                                                             \
      for (size_t j = 0; j < run_count; j++) selected += (size_t)runs[j].count;                                        \
      int tiles_pay = selected >= example_count / 4;                                                                   \
      for (size_t j = 0; j < run_count; j++) {                                                                         \
        size_t source = (size_t)runs[j].source, count = (size_t)runs[j].count;                                         \
        uint##BITS##_t *destination = base + (ptrdiff_t)runs[j].destination * example_stride;                          \
        if (count >= ENGRAM_SCATTER_TILE || !tiles_pay) {                                                              \
          rows_##BITS(block, example_count, epochs, epoch_total, source, count, destination, example_stride);          \
          continue;                                                                                                    \
        }                                                                                                              \
        for (size_t i = 0; i < count; i++) {                                                                           \
          size_t example = source + i, tile = example & ~(size_t)(ENGRAM_SCATTER_TILE - 1);                            \
          if ((ptrdiff_t)tile != tile_first) {                                                                         \
            size_t left = example_count - tile;                                                                        \
            rows_##BITS(block, example_count, epochs, epoch_total, tile,                                               \
                        left < ENGRAM_SCATTER_TILE ? left : ENGRAM_SCATTER_TILE, scratch, (ptrdiff_t)epoch_total);     \
            tile_first = (ptrdiff_t)tile;                                                                              \
          }                                                                                                            \
          memcpy(destination + (ptrdiff_t)i * example_stride, scratch + (example - tile) * epoch_total,                \
                 epoch_total * (BITS / 8));                                                                            \
        }                                                                                                              \
      }                                                                                                                \
      return;                                                                                                          \
    }                                                                                                                  \
    for (size_t j = 0; j < run_count; j++) {                                                                           \
      for (size_t start = 0; start < (size_t)runs[j].count; start += ENGRAM_SCATTER_TILE) {                            \
        size_t left = (size_t)runs[j].count - start, count = left < ENGRAM_SCATTER_TILE ? left : ENGRAM_SCATTER_TILE;  \
        for (size_t k = 0; k < epoch_total; k++) {                                                                     \
          const uint##BITS##_t *row = block + (size_t)epochs[k] * example_count + (size_t)runs[j].source + start;      \
          uint##BITS##_t *to =                                                                                         \
              base + ((ptrdiff_t)runs[j].destination + (ptrdiff_t)start) * example_stride + (ptrdiff_t)k * epoch_stride; \
          for (size_t i = 0; i < count; i++) to[(ptrdiff_t)i * example_stride] = row[i];                               \
        }                                                                                                              \
      }                                                                                                                \
    }                                                                                                                  \
  }

ROUTINES(32)
ROUTINES(64)

#define STARTED(BITS)                                                                                                  \
  ENGRAM_SIMD void engram_scatter_started_##BITS(                                                                      \
      const uint##BITS##_t *block, size_t example_count, const int32_t *epochs, size_t axis_total,                     \
      const int32_t *starts, size_t step, size_t sample_total, const engram_row_run *runs, size_t run_count,           \
      ptrdiff_t example_stride, ptrdiff_t epoch_stride, uint##BITS##_t *base, uint##BITS##_t *scratch) {               \
    if (example_stride == 1) {                                                                                         \
      for (size_t k = 0; k < sample_total; k++) {                                                                      \
        uint##BITS##_t *column = base + (ptrdiff_t)k * epoch_stride;                                                   \
        const int32_t *start = starts;                                                                                 \
        for (size_t j = 0; j < run_count; j++) {                                                                       \
          const uint##BITS##_t *from = block + runs[j].source;                                                         \
          uint##BITS##_t *to = column + runs[j].destination;                                                           \
          for (size_t i = 0; i < (size_t)runs[j].count; i++) {                                                         \
            int32_t epoch = epochs[(size_t)*start++ + k * step];                                                       \
            if (epoch >= 0) to[i] = from[(size_t)epoch * example_count + i];                                           \
          }                                                                                                            \
        }                                                                                                              \
      }                                                                                                                \
      return;                                                                                                          \
    }                                                                                                                  \
    /* A few samples are fetched one by one; many are worth transposing the whole axis of a tile of examples. */       \
    int tiles_pay = sample_total >= 4;                                                                                 \
    for (size_t t = 0; t < axis_total; t++) tiles_pay &= epochs[t] >= 0;                                               \
    ptrdiff_t tile_first = -1;                                                                                         \
    for (size_t j = 0; j < run_count; j++) {                                                                           \
      for (size_t i = 0; i < (size_t)runs[j].count; i++) {                                                             \
        size_t example = (size_t)runs[j].source + i, start = (size_t)*starts++;                                        \
        uint##BITS##_t *to = base + (runs[j].destination + (ptrdiff_t)i) * example_stride;                             \
        if (!tiles_pay) {                                                                                              \
          for (size_t k = 0; k < sample_total; k++) {                                                                  \
            int32_t epoch = epochs[start + k * step];                                                                  \
            if (epoch >= 0) to[(ptrdiff_t)k * epoch_stride] = block[(size_t)epoch * example_count + example];          \
          }                                                                                                            \
          continue;                                                                                                    \
        }                                                                                                              \
        size_t tile = example & ~(size_t)(ENGRAM_SCATTER_TILE - 1);                                                    \
        if ((ptrdiff_t)tile != tile_first) {                                                                           \
          size_t left = example_count - tile;                                                                          \
          rows_##BITS(block, example_count, epochs, axis_total, tile,                                                  \
                      left < ENGRAM_SCATTER_TILE ? left : ENGRAM_SCATTER_TILE, scratch, (ptrdiff_t)axis_total);        \
          tile_first = (ptrdiff_t)tile;                                                                                \
        }                                                                                                              \
        const uint##BITS##_t *from = scratch + (example - tile) * axis_total + start;                                  \
        if (step == 1 && epoch_stride == 1)                                                                            \
          memcpy(to, from, sample_total * (BITS / 8));                                                                 \
        else                                                                                                           \
          for (size_t k = 0; k < sample_total; k++) to[(ptrdiff_t)k * epoch_stride] = from[k * step];                  \
      }                                                                                                                \
    }                                                                                                                  \
  }

STARTED(32)
STARTED(64)
