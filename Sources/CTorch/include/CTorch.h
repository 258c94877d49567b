/* CTorch.h -- networks that learn, computed by a tensor library that is loaded when it is first needed.
 *
 * What stands here calls the functions of engram_torch.h in the shared library `libengram_torch.so`. Call engram_torch_load
 * first; the others must not be called before it has returned NULL. */
#ifndef ENGRAM_CTORCH_H
#define ENGRAM_CTORCH_H

#include "engram_torch.h"

/* Loads the library once, from any thread: from the path in the environment variable ENGRAM_TORCH, or where it lies beside this
 * program or in a folder above it. Returns NULL when it is there, or why it is not. */
const char *engram_torch_load(void);

const char *engram_torch_library_version(void);
const char *engram_torch_message(void);
int32_t engram_torch_gpu_count(void);
int32_t engram_torch_rule_count(void);
int32_t engram_torch_rule(int32_t index, engram_rule_facts *facts);
int32_t engram_torch_rule_option(int32_t rule, int32_t index, engram_rule_option *option);
int32_t engram_torch_make(const engram_operation *operations, int32_t count, const engram_settings *settings,
                          const char *rule, const engram_option *options, int32_t option_count, engram_network **network);
void engram_torch_free(engram_network *network);
int32_t engram_torch_use_threads(int32_t threads);
int64_t engram_torch_count(engram_network *network, int32_t operation, int32_t tensor);
int32_t engram_torch_set(engram_network *network, int32_t operation, int32_t tensor, const double *values, int64_t count);
int32_t engram_torch_get(engram_network *network, int32_t operation, int32_t tensor, double *values, int64_t count);
int64_t engram_torch_state_size(engram_network *network);
int32_t engram_torch_get_state(engram_network *network, void *bytes, int64_t size);
int32_t engram_torch_set_state(engram_network *network, const void *bytes, int64_t size);
int32_t engram_torch_step(engram_network *network, const float *images, const int32_t *labels, int32_t count, double rate,
                          uint64_t seed, engram_outcome *outcome);
int32_t engram_torch_evaluate(engram_network *network, const float *images, const int32_t *labels, int32_t count,
                              engram_outcome *outcome);
int32_t engram_torch_activations(engram_network *network, int32_t operation, void *values, int64_t count);
int32_t engram_torch_activity_change(engram_network *network, int32_t operation, int32_t relu, int32_t by_feedback,
                                     double *values, int64_t count);
int32_t engram_torch_envelopes(const engram_sounds *shape, const float *sounds, const float *filters, const float *taps,
                               float *result);

#endif
