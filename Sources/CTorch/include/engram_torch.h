/* engram_torch.h -- networks that learn, behind a few coarse calls; what computes is a tensor library.
 *
 * A network is a list of operations in the order of computing. Each reads the output of an earlier one (or the images) and makes
 * one output. The library builds it, holds its numbers, takes a step of learning by a named rule, evaluates, and gives what the
 * layers did. No call throws and no call ends the process: each returns ENGRAM_TORCH_OK or a code, and engram_torch_api.message()
 * says in words what went wrong in the last call of this thread that failed.
 *
 * The functions stand in a table, which the shared library `libengram_torch.so` gives (engram_torch_table). It is built by
 * `scripts/setup --training` against libtorch and is loaded when it is first needed; CTorch.h loads it.
 *
 * Layouts are those of TensorFlow, as published: images and activations are stimuli x height x width x channels, kernels of
 * convolutions height x width x inputs x outputs, dense kernels inputs x outputs. A feedback kernel of a convolution lies as its
 * kernel does; one of a dense layer is outputs x inputs. */
#ifndef ENGRAM_TORCH_H
#define ENGRAM_TORCH_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Raised with every change of a structure or function here; a library of another version is refused. */
enum { ENGRAM_TORCH_VERSION = 2 };

enum {
  ENGRAM_TORCH_OK = 0,
  /* The caller asks for what cannot be: a number out of range, a rule or option that is not known. */
  ENGRAM_TORCH_USAGE = 1,
  /* There is no memory. */
  ENGRAM_TORCH_MEMORY = 2,
  /* The tensor library refused. */
  ENGRAM_TORCH_FAILED = 3
};

enum {
  ENGRAM_CONVOLUTION = 0,
  ENGRAM_DENSE = 1,         /* flattens its input in the order height, width, channel */
  ENGRAM_BATCH_NORM = 2,    /* a: decay of the moving averages, b: epsilon, flag: has an offset (beta) */
  ENGRAM_RELU = 3,
  ENGRAM_MAX_POOL = 4,
  ENGRAM_AVERAGE_POOL = 5,  /* divides by the number of real cells */
  ENGRAM_RESPONSE_NORM = 6, /* x / (bias + alpha * sum over 2 radius + 1 channels of x^2)^beta; size: radius, a: bias, b: alpha, c: beta */
  ENGRAM_ADD = 7,
  ENGRAM_DROPOUT = 8,       /* a: the share that is kept; only while it learns */
  ENGRAM_MEAN_POOL = 9      /* the mean over all places */
};

/* One operation. Fields that a kind has no use for are 0. */
typedef struct engram_operation {
  int32_t kind;
  /* The number of the operation whose output is read, or -1 for the images. */
  int32_t input;
  /* The second one that is read, by an addition. */
  int32_t other;
  /* The channels of the input and of the output (units, of a dense layer). */
  int32_t inputs, outputs;
  /* Height and width of a kernel or of a window, or `size` of a kind. */
  int32_t size_h, size_w;
  int32_t stride;
  /* Rows and columns of padding before and after. */
  int32_t top, bottom, left, right;
  /* A layer: has a bias. Batch normalisation: has an offset. */
  int32_t flag;
  /* A convolution whose padding belongs to its input, where the change of activity is measured. */
  int32_t owns_padding;
  double a, b, c;
} engram_operation;

enum { ENGRAM_CROSS_ENTROPY = 0, ENGRAM_CONTRASTIVE = 1 };

/* What is the same for a whole network. */
typedef struct engram_settings {
  int32_t height, width, channels; /* of an image */
  int32_t loss;
  double temperature; /* of the contrastive loss */
  double decay;       /* lambda of (lambda / 2) sum w^2 over kernels and biases */
  double clip;        /* the largest norm of the whole gradient; 0 for none */
  int32_t is_double;  /* Float64 rather than Float32 */
  int32_t threads;
  int32_t on_gpu;
} engram_settings;

/* A number by its name. */
typedef struct engram_option {
  const char *name;
  double value;
} engram_option;

/* One tensor of a network. */
enum {
  ENGRAM_KERNEL = 0,
  ENGRAM_BIAS = 1,
  ENGRAM_GAMMA = 2,
  ENGRAM_BETA = 3,
  ENGRAM_MOVING_MEAN = 4,
  ENGRAM_MOVING_VARIANCE = 5,
  ENGRAM_FEEDBACK = 6,
  /* The last gradient of a kernel and of a feedback kernel, as the optimiser got it. */
  ENGRAM_KERNEL_GRADIENT = 7,
  ENGRAM_FEEDBACK_GRADIENT = 8
};

/* What a step or an evaluation came to; sums over the stimuli. */
typedef struct engram_outcome {
  double loss;    /* the mean over the stimuli of the step, without the decay term */
  double regularizer; /* what a rule adds for its feedback kernels */
  int64_t correct;
  int64_t count;
} engram_outcome;

typedef struct engram_network engram_network;

/* A rule of learning. */
typedef struct engram_rule_facts {
  const char *name;
  const char *title;
  /* Which optimiser moves the forward weights: "sgdm" or "adam". */
  const char *optimizer;
  /* Whether it has feedback kernels, which are to be given before the first step. */
  int32_t has_feedback;
  int32_t option_count;
} engram_rule_facts;

/* An option of a rule. */
typedef struct engram_rule_option {
  const char *name;
  double value; /* unless it is given */
  const char *text;
} engram_rule_option;

/* Sounds of one length, and what is made of each: bands, whose envelopes are smoothed by `taps` numbers at every `stride`th sample
 * and raised to a power. */
typedef struct engram_sounds {
  int64_t count, samples, bands, taps, stride;
  double power;
} engram_sounds;

typedef struct engram_torch_table {
  int32_t version;
  /* The version of the tensor library, such as "1.13.1". */
  const char *(*library_version)(void);
  /* What went wrong in the last call of this thread that failed. */
  const char *(*message)(void);
  /* How many GPUs there are. */
  int32_t (*gpu_count)(void);

  int32_t (*rule_count)(void);
  int32_t (*rule)(int32_t index, engram_rule_facts *facts);
  int32_t (*rule_option)(int32_t rule, int32_t index, engram_rule_option *option);

  int32_t (*make)(const engram_operation *operations, int32_t count, const engram_settings *settings, const char *rule,
                  const engram_option *options, int32_t option_count, engram_network **network);
  void (*free)(engram_network *network);
  /* Fixes the threads of whoever calls; each thread that uses networks calls it once. */
  int32_t (*use_threads)(int32_t threads);

  /* How many numbers a tensor has; 0 where there is none. */
  int64_t (*count)(engram_network *network, int32_t operation, int32_t tensor);
  /* Sets or gets a tensor; the caller says for how many numbers it has memory. */
  int32_t (*set)(engram_network *network, int32_t operation, int32_t tensor, const double *values, int64_t count);
  int32_t (*get)(engram_network *network, int32_t operation, int32_t tensor, double *values, int64_t count);

  /* Everything that learning goes on from, as bytes of this machine. */
  int64_t (*state_size)(engram_network *network);
  int32_t (*get_state)(engram_network *network, void *bytes, int64_t size);
  int32_t (*set_state)(engram_network *network, const void *bytes, int64_t size);

  /* One step. Of a contrastive loss `images` are `count` first views, then as many second ones, and labels are not read.
   * `seed` is what the step draws from; equal seeds draw equally. `rate` is that of the forward weights. */
  int32_t (*step)(engram_network *network, const float *images, const int32_t *labels, int32_t count, double rate,
                  uint64_t seed, engram_outcome *outcome);
  /* Computes a block of stimuli in evaluation mode, and keeps what the layers did until the next call of any kind. Without an
   * outcome (NULL) it does no more, and of a contrastive loss too `count` is that of the stimuli. */
  int32_t (*evaluate)(engram_network *network, const float *images, const int32_t *labels, int32_t count,
                      engram_outcome *outcome);
  /* What an operation gave in the last evaluation, stimuli x units, as float (or as double, of a network of those). A layer
   * followed by `operation` = its ReLU is asked for by that. */
  int32_t (*activations)(engram_network *network, int32_t operation, void *values, int64_t count);
  /* For each stimulus of the last evaluation the mean over the outputs of a layer of the summed derivatives with its input.
   * `relu` is the operation of the ReLU that belongs to it, or -1. `by_feedback` uses the kernel through which
   * the rule sends gradients down. */
  int32_t (*activity_change)(engram_network *network, int32_t operation, int32_t relu, int32_t by_feedback,
                             double *values, int64_t count);

  /* The envelopes of sounds x samples, by filters of bands x (samples / 2 + 1) gains, doubled where a negative frequency belongs to
   * them, as sounds x bands x frames. */
  int32_t (*envelopes)(const engram_sounds *shape, const float *sounds, const float *filters, const float *taps,
                       float *result);
} engram_torch_table;

/* The one symbol of the library. */
const engram_torch_table *engram_torch_functions(void);
typedef const engram_torch_table *(*engram_torch_functions_t)(void);

#ifdef __cplusplus
}
#endif
#endif
