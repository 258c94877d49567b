/* ConvKernels.h -- the inner loops of the Conv1D network: sixteen examples side by side, one in each lane.
 *
 * A tile holds a vector of numbers of each of ENGRAM_LANES examples, as [number][lane]. A window over time is a run of
 * neighbouring numbers in it, so a convolution is a product of a matrix with runs that start `step` numbers apart, and
 * a dense layer is the same with one run that is the whole vector. No window is ever copied out. (A BLAS cannot be
 * asked for that: it refuses rows that overlap.)
 *
 * No function allocates, keeps a pointer, or fails. Every pointer must be valid for the sizes stated, tiles must be
 * aligned to ENGRAM_LANES floats, and the regions of one call must not overlap. Sums are taken in an order that the
 * sizes alone decide, so the same bytes come out whichever thread runs them. */
#ifndef ENGRAM_CONV_KERNELS_H
#define ENGRAM_CONV_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#define ENGRAM_LANES 16

/* A layer: every one of `output_count` neurons has `input_count` weights, and looks at `position_count` runs of as many
 * numbers that start `step` numbers apart. */
typedef struct {
  size_t input_count;
  size_t output_count;
  size_t position_count;
  size_t step;
} engram_layer;

/* tile[j][lane] = rows[indices[lane] * row_count + j] for j < row_count; zero in the lanes from `count` on.
 * Rows are aligned as tiles are, and `row_count` is a multiple of ENGRAM_LANES. */
void engram_lanes_gather(const float *rows, size_t row_count, const int32_t *indices, size_t count, float *tile);

/* out[o * positions + p][lane] = biases[o] + the sum over j of weights[o * inputs + j] * tile[p * step + j][lane], or
 * `floor` if that is larger. A floor of 0 rectifies, one of minus infinity does nothing. */
void engram_lanes_forward(engram_layer layer, const float *weights, const float *biases, float floor, const float *tile,
                          float *out);

/* weights[o * inputs + j] = the sum over tiles, positions p and lanes of tile[p * step + j][lane] times
 * error[o * positions + p][lane], and biases[o] = the same sum of error[o * positions + p][lane].
 * Neighbouring tiles lie `tile_stride` floats apart, and those of errors `error_stride`. */
void engram_lanes_gradient(engram_layer layer, size_t tile_count, const float *tiles, size_t tile_stride,
                           const float *errors, size_t error_stride, float *weights, float *biases);

/* As engram_lanes_gradient, where each neuron has an error at one position only, as under a maximum:
 * error[o][lane] belongs to position places[o][lane]. The inputs are read from whole rows, those of the gathering;
 * lanes from `count` on, over all tiles, are not read. */
void engram_lanes_gradient_sparse(engram_layer layer, size_t count, const float *rows, size_t row_count,
                                  const int32_t *indices, const float *errors, const int32_t *places, float *weights,
                                  float *biases);

/* out[j][lane] = sum over o of weights[o * inputs + j] * error[o][lane]: what the error of a layer with one position
 * means for its inputs. */
void engram_lanes_backward(engram_layer layer, const float *weights, const float *errors, float *out);

/* pooled[f][lane] = the largest of tile[f * position_count + p][lane], and its first place. */
void engram_lanes_maximum(const float *tile, size_t filter_count, size_t position_count, float *pooled,
                          int32_t *places);

/* pooled[f][lane] = the mean of tile[f * position_count + p][lane]. */
void engram_lanes_mean(const float *tile, size_t filter_count, size_t position_count, float *pooled);

/* activations[f * position_count + p][lane] becomes scale * errors[f * error_positions + (p or 0)][lane] where it was
 * positive, else 0; error_positions is position_count, or 1 for an error that all positions share. */
void engram_lanes_mask(float *activations, size_t filter_count, size_t position_count, const float *errors,
                       size_t error_positions, float scale);

/* scores[c][lane] become exp(scores[c]) / sum over c of exp(scores[c]). */
void engram_lanes_softmax(float *scores, size_t class_count);

/* Scores become (probability - [c is the label]) * scale in the lanes below `count`, and 0 in the others, where the
 * probabilities are those of `engram_lanes_softmax`. Returns the sum over those lanes of -log(probability of the label), by
 * the logarithm of the sum of exponentials: it is finite where the scores are. */
double engram_lanes_cross_entropy(float *scores, size_t class_count, const int32_t *labels, size_t count,
                                  float scale);

/* What one step of Adam needs beside the numbers; the corrections are 1 - beta1^t and 1 - beta2^t. */
typedef struct {
  float learning_rate;
  float beta1;
  float beta2;
  float epsilon;
  float l2;
  float correction1;
  float correction2;
} engram_adam;

/* One step of Adam for the parameters first ..< end. The gradient is the sum over parts, in their order, of
 * parts[part * part_stride + i], plus l2 * parameters[i]. */
void engram_adam_step(engram_adam adam, const float *parts, size_t part_count, size_t part_stride, size_t first,
                      size_t end, float *parameters, float *mean, float *square);

#endif
