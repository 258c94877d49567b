/* TransposeKernels.c -- blocks of [epoch][example] to and from the layouts that callers have.
 *
 * Every routine here is a blocked transposition: tiles of 8 x 8 (32 bits) or 4 x 4 (64 bits) elements stay in registers.
 * Where an edge is not a multiple of the tile, the last tile overlaps the one before and writes some elements again. */
#include "ChunkKernels.h"
#include "SampleKernels.h"
#include "Simd.h"

#include <string.h>

typedef uint32_t vector_32 __attribute__((vector_size(32)));
typedef uint64_t vector_64 __attribute__((vector_size(32)));

#define EDGE_32 8
#define EDGE_64 4
/* Rows of pointers that are handled together. */
#define ROW_GROUP 64

/* columns[c][r] = rows[r][column + c] for one tile; the rows are bytes because they need no alignment. */
ENGRAM_INLINE void tile_32(const uint8_t *const *rows, size_t column, vector_32 *columns) {
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
    columns[i] = __builtin_shufflevector(u[i], u[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    columns[i + 4] = __builtin_shufflevector(u[i], u[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
}

ENGRAM_INLINE void tile_64(const uint8_t *const *rows, size_t column, vector_64 *columns) {
  vector_64 r[4], t[4];
  for (int i = 0; i < 4; i++) memcpy(&r[i], rows[i] + column * 8, 32);
  for (int i = 0; i < 4; i += 2) {
    t[i] = __builtin_shufflevector(r[i], r[i + 1], 0, 4, 2, 6);
    t[i + 1] = __builtin_shufflevector(r[i], r[i + 1], 1, 5, 3, 7);
  }
  for (int i = 0; i < 2; i++) {
    columns[i] = __builtin_shufflevector(t[i], t[i + 2], 0, 1, 4, 5);
    columns[i + 2] = __builtin_shufflevector(t[i], t[i + 2], 2, 3, 6, 7);
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
        vector_##BITS columns[edge];                                                                                   \
        tile_##BITS(rows + r, c, columns);                                                                             \
        uint8_t *to = destination + (ptrdiff_t)c * stride + r * size;                                                  \
        for (int i = 0; i < edge; i++) memcpy(to + i * stride, &columns[i], sizeof columns[i]);                        \
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
                           values + (example - first) * example_size + (epoch * statistic_count + statistic) * size,   \
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
  ENGRAM_SIMD void engram_scatter_rows_##BITS(const uint##BITS##_t *block, size_t example_count, const int32_t *epochs,\
                                              size_t epoch_total, uint##BITS##_t *const *rows, size_t offset,          \
                                              uint##BITS##_t *sink) {                                                  \
    enum { edge = EDGE_##BITS };                                                                                       \
    for (size_t c = 0; c < example_count; c += edge) {                                                                 \
      if (c + edge > example_count && example_count >= edge) c = example_count - edge;                                 \
      size_t here = example_count - c < edge ? example_count - c : edge;                                               \
      uint##BITS##_t *to[edge];                                                                                        \
      int is_wanted = 0;                                                                                               \
      /* Pointers that are stored together and loaded one by one would wait for one another. */                        \
      _Pragma("clang loop vectorize(disable)") for (size_t i = 0; i < here; i++) {                                     \
        to[i] = rows[c + i] ? rows[c + i] + offset : sink;                                                             \
        is_wanted |= rows[c + i] != NULL;                                                                              \
      }                                                                                                                \
      /* The rows of a matrix lie so far apart that no processor guesses where the next ones are. */                   \
      for (size_t i = c + 2 * edge; i < c + 3 * edge && i < example_count; i++)                                            \
        if (rows[i]) {                                                                                                 \
          const char *next = (const char *)(rows[i] + offset);                                                         \
          size_t last = epoch_total * sizeof **rows - 1;                                                               \
          __builtin_prefetch(next, 1);                                                                                 \
          __builtin_prefetch(next + (last < 64 ? last : 64), 1);                                                       \
        }                                                                                                              \
      if (!is_wanted) continue;                                                                                        \
      if (here < edge || epoch_total < edge) {                                                                         \
        for (size_t k = 0; k < epoch_total; k++) {                                                                     \
          const uint##BITS##_t *from = block + (size_t)epochs[k] * example_count + c;                                  \
          for (size_t i = 0; i < here; i++) to[i][k] = from[i];                                                        \
        }                                                                                                              \
        continue;                                                                                                      \
      }                                                                                                                \
      for (size_t k = 0; k < epoch_total; k += edge) {                                                                 \
        if (k + edge > epoch_total) k = epoch_total - edge;                                                            \
        const uint8_t *from[edge];                                                                                     \
        vector_##BITS columns[edge];                                                                                   \
        for (int r = 0; r < edge; r++) from[r] = (const uint8_t *)(block + (size_t)epochs[k + r] * example_count);     \
        tile_##BITS(from, c, columns);                                                                                 \
        for (int i = 0; i < edge; i++) memcpy(to[i] + k, &columns[i], sizeof columns[i]);                              \
      }                                                                                                                \
    }                                                                                                                  \
  }                                                                                                                    \
                                                                                                                       \
  ENGRAM_SIMD void engram_scatter_##BITS(const uint##BITS##_t *block, size_t example_count, const int32_t *epochs,     \
                                         size_t epoch_total, const engram_row_run *runs, size_t run_count,             \
                                         ptrdiff_t example_stride, ptrdiff_t epoch_stride, uint##BITS##_t *base) {     \
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
