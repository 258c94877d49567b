/* ConvKernels.c -- the Conv1D network, sixteen examples side by side. */
#include "ConvKernels.h"
#include "Simd.h"

#include <math.h>
#include <string.h>

#define LANES ENGRAM_LANES

typedef float lanes __attribute__((vector_size(LANES * 4)));
typedef float loose_lanes __attribute__((vector_size(LANES * 4), aligned(4)));
typedef int32_t lane_places __attribute__((vector_size(LANES * 4)));

/* In each lane one vector of numbers or another; `mask` comes from a comparison. */
#define CHOOSE(mask, yes, no) ((__typeof__(yes))((mask & (lane_places)(yes)) | (~mask & (lane_places)(no))))

/* Neurons and positions, or neurons and inputs, that are summed together: enough sums at once to keep the multipliers
 * busy, and few enough to stay in registers. */
#define BLOCK 4
/* Neurons at once where there is only one position. */
#define WIDE_BLOCK 8

/* One round of a transposition of 16 rows; four of them transpose. */
ENGRAM_INLINE void interleave(const lanes *from, lanes *to) {
  for (int i = 0; i < LANES / 2; i++) {
    to[2 * i] = __builtin_shufflevector(from[i], from[i + 8], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    to[2 * i + 1] = __builtin_shufflevector(from[i], from[i + 8], 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30,
                                            15, 31);
  }
}

ENGRAM_SIMD_FMA void engram_lanes_gather(const float *rows, size_t row_count, const int32_t *indices, size_t count,
                                         float *tile) {
  lanes *out = (lanes *)tile;
  for (size_t j = 0; j < row_count; j += LANES) {
    lanes a[LANES] = {0}, b[LANES];
    for (size_t lane = 0; lane < count; lane++)
      a[lane] = *(const lanes *)(rows + (size_t)indices[lane] * row_count + j);
    interleave(a, b);
    interleave(b, a);
    interleave(a, b);
    interleave(b, out + j);
  }
}

/* Neurons o ..< o + neurons at positions p ..< p + positions; both counts are constants. */
ENGRAM_INLINE void forward_block(engram_layer layer, const float *weights, const float *biases, float floor,
                                 const lanes *tile, lanes *out, size_t o, size_t p, size_t neurons, size_t positions) {
  lanes sum[WIDE_BLOCK][BLOCK];
  const float *w = weights + o * layer.input_count;
  const lanes *x = tile + p * layer.step;
  for (size_t i = 0; i < neurons; i++)
    for (size_t k = 0; k < positions; k++) sum[i][k] = (lanes){0} + biases[o + i];
  for (size_t j = 0; j < layer.input_count; j++)
    for (size_t i = 0; i < neurons; i++)
      for (size_t k = 0; k < positions; k++) sum[i][k] += w[i * layer.input_count + j] * x[k * layer.step + j];
  for (size_t i = 0; i < neurons; i++)
    for (size_t k = 0; k < positions; k++) {
      /* What is not a number passes, so that it is seen at the end. */
      lane_places is_below = sum[i][k] < floor;
      out[(o + i) * layer.position_count + p + k] = CHOOSE(is_below, (lanes){0} + floor, sum[i][k]);
    }
}

ENGRAM_SIMD_FMA void engram_lanes_forward(engram_layer layer, const float *weights, const float *biases, float floor,
                                          const float *tile, float *out) {
  const lanes *x = (const lanes *)tile;
  lanes *y = (lanes *)out;
  size_t o = 0, end = layer.output_count;
  if (layer.position_count == 1)
    for (; o + WIDE_BLOCK <= end; o += WIDE_BLOCK)
      forward_block(layer, weights, biases, floor, x, y, o, 0, WIDE_BLOCK, 1);
  for (; o + BLOCK <= end; o += BLOCK) {
    size_t p = 0;
    for (; p + BLOCK <= layer.position_count; p += BLOCK)
      forward_block(layer, weights, biases, floor, x, y, o, p, BLOCK, BLOCK);
    for (; p < layer.position_count; p++) forward_block(layer, weights, biases, floor, x, y, o, p, BLOCK, 1);
  }
  for (; o < end; o++)
    for (size_t p = 0; p < layer.position_count; p++) forward_block(layer, weights, biases, floor, x, y, o, p, 1, 1);
}

ENGRAM_INLINE float sum_of(const lanes *v) {
  float half[8], sum = 0;
  for (int i = 0; i < 8; i++) half[i] = (*v)[i] + (*v)[i + 8];
  for (int i = 0; i < 4; i++) half[i] += half[i + 4];
  for (int i = 0; i < 4; i++) sum += half[i];
  return sum;
}

/* Neurons o ..< o + neurons and inputs j ..< j + inputs; both counts are constants. */
ENGRAM_INLINE void gradient_block(engram_layer layer, size_t tile_count, const lanes *tiles, size_t tile_stride,
                                  const lanes *errors, size_t error_stride, float *weights, size_t o, size_t j,
                                  size_t neurons, size_t inputs) {
  lanes sum[BLOCK][BLOCK] = {0};
  for (size_t tile = 0; tile < tile_count; tile++) {
    const lanes *x = tiles + tile * tile_stride + j;
    const lanes *e = errors + tile * error_stride + o * layer.position_count;
    for (size_t p = 0; p < layer.position_count; p++)
      for (size_t i = 0; i < neurons; i++)
        for (size_t k = 0; k < inputs; k++) sum[i][k] += e[i * layer.position_count + p] * x[p * layer.step + k];
  }
  for (size_t i = 0; i < neurons; i++)
    for (size_t k = 0; k < inputs; k++) weights[(o + i) * layer.input_count + j + k] = sum_of(&sum[i][k]);
}

ENGRAM_SIMD_FMA void engram_lanes_gradient(engram_layer layer, size_t tile_count, const float *tiles,
                                           size_t tile_stride, const float *errors, size_t error_stride,
                                           float *weights, float *biases) {
  const lanes *x = (const lanes *)tiles, *e = (const lanes *)errors;
  tile_stride /= LANES;
  error_stride /= LANES;
  for (size_t o = 0; o < layer.output_count;) {
    size_t neurons = layer.output_count - o >= BLOCK ? BLOCK : 1, j = 0;
    if (neurons == BLOCK)
      for (; j + BLOCK <= layer.input_count; j += BLOCK)
        gradient_block(layer, tile_count, x, tile_stride, e, error_stride, weights, o, j, BLOCK, BLOCK);
    for (; j < layer.input_count; j++)
      for (size_t i = 0; i < neurons; i++)
        gradient_block(layer, tile_count, x, tile_stride, e, error_stride, weights, o + i, j, 1, 1);
    for (size_t i = 0; i < neurons; i++) {
      lanes sum = {0};
      for (size_t tile = 0; tile < tile_count; tile++)
        for (size_t p = 0; p < layer.position_count; p++)
          sum += e[tile * error_stride + (o + i) * layer.position_count + p];
      biases[o + i] = sum_of(&sum);
    }
    o += neurons;
  }
}

/* weights[j] += sum over lanes of errors[lane] * windows[lane][j]. */
ENGRAM_INLINE void add_windows(const float *const *windows, const float *errors, size_t input_count, float *weights) {
  size_t j = 0;
  for (; j + LANES <= input_count; j += LANES) {
    lanes sum = *(const loose_lanes *)(weights + j);
    for (int lane = 0; lane < LANES; lane++) sum += errors[lane] * *(const loose_lanes *)(windows[lane] + j);
    *(loose_lanes *)(weights + j) = sum;
  }
  for (; j < input_count; j++)
    for (int lane = 0; lane < LANES; lane++) weights[j] += errors[lane] * windows[lane][j];
}

ENGRAM_SIMD_FMA void engram_lanes_gradient_sparse(engram_layer layer, size_t count, const float *rows, size_t row_count,
                                                  const int32_t *indices, const float *errors, const int32_t *places,
                                                  float *weights, float *biases) {
  memset(weights, 0, layer.input_count * layer.output_count * sizeof(float));
  memset(biases, 0, layer.output_count * sizeof(float));
  for (size_t first = 0; first < count; first += LANES) {
    for (size_t o = 0; o < layer.output_count; o++) {
      const float *error = errors + (first / LANES * layer.output_count + o) * LANES;
      const int32_t *place = places + (error - errors);
      const float *windows[LANES];
      for (size_t lane = 0; lane < LANES; lane++) {
        /* Lanes beyond the last example have no error; any row does for them. */
        size_t known = first + lane < count ? lane : 0;
        windows[lane] = rows + (size_t)indices[first + known] * row_count + (size_t)place[known] * layer.step;
      }
      add_windows(windows, error, layer.input_count, weights + o * layer.input_count);
      biases[o] += sum_of((const lanes *)error);
    }
  }
}

ENGRAM_SIMD_FMA void engram_lanes_backward(engram_layer layer, const float *weights, const float *errors, float *out) {
  const lanes *e = (const lanes *)errors;
  lanes *x = (lanes *)out;
  for (size_t j = 0; j < layer.input_count; j++) {
    lanes sum = {0};
    for (size_t o = 0; o < layer.output_count; o++) sum += weights[o * layer.input_count + j] * e[o];
    x[j] = sum;
  }
}

ENGRAM_SIMD_FMA void engram_lanes_maximum(const float *tile, size_t filter_count, size_t position_count, float *pooled,
                                          int32_t *places) {
  for (size_t f = 0; f < filter_count; f++) {
    const lanes *x = (const lanes *)tile + f * position_count;
    lanes best = x[0];
    lane_places place = {0};
    for (size_t p = 1; p < position_count; p++) {
      lane_places larger = x[p] > best;
      best = CHOOSE(larger, x[p], best);
      place = CHOOSE(larger, (lane_places){0} + (int32_t)p, place);
    }
    ((lanes *)pooled)[f] = best;
    ((lane_places *)places)[f] = place;
  }
}

ENGRAM_SIMD_FMA void engram_lanes_mean(const float *tile, size_t filter_count, size_t position_count, float *pooled) {
  for (size_t f = 0; f < filter_count; f++) {
    lanes sum = {0};
    for (size_t p = 0; p < position_count; p++) sum += ((const lanes *)tile)[f * position_count + p];
    ((lanes *)pooled)[f] = sum * (1 / (float)position_count);
  }
}

ENGRAM_SIMD_FMA void engram_lanes_mask(float *activations, size_t filter_count, size_t position_count,
                                       const float *errors, size_t error_positions, float scale) {
  lanes *x = (lanes *)activations;
  const lanes *e = (const lanes *)errors;
  for (size_t f = 0; f < filter_count; f++)
    for (size_t p = 0; p < position_count; p++) {
      lanes error = scale * e[f * error_positions + (error_positions == 1 ? 0 : p)];
      size_t at = f * position_count + p;
      lane_places is_active = x[at] > 0;
      x[at] = CHOOSE(is_active, error, (lanes){0});
    }
}

/* Scores become probabilities; the logarithm of one of them is score - *best - log(*sum), also where it is 0. */
__attribute__((always_inline)) static inline void softmax(lanes *s, size_t class_count, lanes *best, lanes *sum) {
  *best = s[0], *sum = (lanes){0};
  for (size_t c = 1; c < class_count; c++) *best = __builtin_elementwise_max(*best, s[c]);
  for (size_t c = 0; c < class_count; c++) {
    s[c] -= *best;
    for (int lane = 0; lane < LANES; lane++) s[c][lane] = expf(s[c][lane]);
    *sum += s[c];
  }
  for (size_t c = 0; c < class_count; c++) s[c] /= *sum;
}

ENGRAM_SIMD_FMA void engram_lanes_softmax(float *scores, size_t class_count) {
  lanes best, sum;
  softmax((lanes *)scores, class_count, &best, &sum);
}

ENGRAM_SIMD_FMA double engram_lanes_cross_entropy(float *scores, size_t class_count, const int32_t *labels, size_t count,
                                                  float scale) {
  lanes own = {0}, best, sum;
  for (size_t lane = 0; lane < count; lane++) own[lane] = scores[(size_t)labels[lane] * LANES + lane];
  softmax((lanes *)scores, class_count, &best, &sum);
  double loss = 0;
  for (size_t lane = 0; lane < count; lane++) {
    /* By the logarithm of the sum: a probability of 0 in single precision has a finite logarithm all the same. */
    loss += log((double)sum[lane]) + ((double)best[lane] - (double)own[lane]);
    scores[(size_t)labels[lane] * LANES + lane] -= 1;
  }
  for (size_t c = 0; c < class_count; c++)
    for (size_t lane = 0; lane < LANES; lane++)
      scores[c * LANES + lane] = lane < count ? scores[c * LANES + lane] * scale : 0;
  return loss;
}

ENGRAM_SIMD_FMA void engram_adam_step(engram_adam adam, const float *parts, size_t part_count, size_t part_stride,
                                      size_t first, size_t end, float *parameters, float *mean, float *square) {
  float rate = adam.learning_rate / adam.correction1, root = 1 / sqrtf(adam.correction2);
  for (size_t i = first; i < end; i++) {
    float gradient = parts[i];
    for (size_t part = 1; part < part_count; part++) gradient += parts[part * part_stride + i];
    gradient += adam.l2 * parameters[i];
    mean[i] = adam.beta1 * mean[i] + (1 - adam.beta1) * gradient;
    square[i] = adam.beta2 * square[i] + (1 - adam.beta2) * gradient * gradient;
    parameters[i] -= rate * mean[i] / (sqrtf(square[i]) * root + adam.epsilon);
  }
}
