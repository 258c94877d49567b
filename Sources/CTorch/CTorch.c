/* CTorch.c -- the library that computes, found and loaded when it is first needed. */
#define _GNU_SOURCE
#include "CTorch.h"

#include "CBLAS.h"

#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const engram_torch_table *table;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static char failure[1024];

/* The file that this code is in: a program, or a library of tests. */
static int own_file(char path[PATH_MAX]) {
  Dl_info info;
  if (dladdr((void *)own_file, &info) && info.dli_fname && strchr(info.dli_fname, '/') && realpath(info.dli_fname, path))
    return 1;
  return realpath("/proc/self/exe", path) != NULL;
}

/* Looks in the folder of this code and in each above it, also in a folder `torch` there, where the build puts it. */
static int find(char found[PATH_MAX]) {
  char folder[PATH_MAX];
  if (!own_file(folder)) return 0;
  static const char *const names[] = {"libengram_torch.so", "lib/libengram_torch.so", "torch/libengram_torch.so",
                                      ".build/torch/libengram_torch.so"};
  for (char *slash = strrchr(folder, '/'); slash && slash != folder; slash = strrchr(folder, '/')) {
    *slash = 0;
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
      int length = snprintf(found, PATH_MAX, "%s/%s", folder, names[i]);
      if (length > 0 && length < PATH_MAX && access(found, R_OK) == 0) return 1;
    }
  }
  return 0;
}

static void load(void) {
  char path[PATH_MAX];
  const char *given = getenv("ENGRAM_TORCH");
  if (given && *given) {
    snprintf(path, sizeof path, "%s", given);
  } else if (!find(path)) {
    snprintf(failure, sizeof failure, "there is no libengram_torch.so beside the program or in a folder above it");
    return;
  }
  /* Workers are threads of ours, each with a network; the library's own threads would only wait for each other. */
  setenv("OMP_WAIT_POLICY", "passive", 0);
  setenv("OPENBLAS_NUM_THREADS", "1", 1);
  engram_blas_choose_kernels();
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    const char *why = dlerror();
    snprintf(failure, sizeof failure, "%s", why ? why : path);
    return;
  }
  engram_torch_functions_t functions;
  *(void **)&functions = dlsym(library, "engram_torch_functions");
  if (!functions) {
    snprintf(failure, sizeof failure, "%.900s is another library", path);
    return;
  }
  const engram_torch_table *found = functions();
  if (found->version != ENGRAM_TORCH_VERSION) {
    snprintf(failure, sizeof failure, "%.800s is of version %d, this program needs version %d", path, found->version,
             ENGRAM_TORCH_VERSION);
    return;
  }
  table = found;
}

const char *engram_torch_load(void) {
  pthread_once(&once, load);
  return table ? NULL : failure;
}

const char *engram_torch_library_version(void) { return table->library_version(); }
const char *engram_torch_message(void) { return table->message(); }
int32_t engram_torch_gpu_count(void) { return table->gpu_count(); }
int32_t engram_torch_rule_count(void) { return table->rule_count(); }
int32_t engram_torch_rule(int32_t index, engram_rule_facts *facts) { return table->rule(index, facts); }
int32_t engram_torch_rule_option(int32_t rule, int32_t index, engram_rule_option *option) {
  return table->rule_option(rule, index, option);
}
int32_t engram_torch_make(const engram_operation *operations, int32_t count, const engram_settings *settings,
                          const char *rule, const engram_option *options, int32_t option_count, engram_network **network) {
  return table->make(operations, count, settings, rule, options, option_count, network);
}
void engram_torch_free(engram_network *network) { table->free(network); }
int32_t engram_torch_use_threads(int32_t threads) { return table->use_threads(threads); }
int64_t engram_torch_count(engram_network *network, int32_t operation, int32_t tensor) {
  return table->count(network, operation, tensor);
}
int32_t engram_torch_set(engram_network *network, int32_t operation, int32_t tensor, const double *values, int64_t count) {
  return table->set(network, operation, tensor, values, count);
}
int32_t engram_torch_get(engram_network *network, int32_t operation, int32_t tensor, double *values, int64_t count) {
  return table->get(network, operation, tensor, values, count);
}
int64_t engram_torch_state_size(engram_network *network) { return table->state_size(network); }
int32_t engram_torch_get_state(engram_network *network, void *bytes, int64_t size) {
  return table->get_state(network, bytes, size);
}
int32_t engram_torch_set_state(engram_network *network, const void *bytes, int64_t size) {
  return table->set_state(network, bytes, size);
}
int32_t engram_torch_step(engram_network *network, const float *images, const int32_t *labels, int32_t count, double rate,
                          uint64_t seed, engram_outcome *outcome) {
  return table->step(network, images, labels, count, rate, seed, outcome);
}
int32_t engram_torch_evaluate(engram_network *network, const float *images, const int32_t *labels, int32_t count,
                              engram_outcome *outcome) {
  return table->evaluate(network, images, labels, count, outcome);
}
int32_t engram_torch_activations(engram_network *network, int32_t operation, void *values, int64_t count) {
  return table->activations(network, operation, values, count);
}
int32_t engram_torch_activity_change(engram_network *network, int32_t operation, int32_t relu, int32_t by_feedback,
                                     double *values, int64_t count) {
  return table->activity_change(network, operation, relu, by_feedback, values, count);
}
int32_t engram_torch_envelopes(const engram_sounds *shape, const float *sounds, const float *filters, const float *taps,
                               float *result) {
  return table->envelopes(shape, sounds, filters, taps, result);
}
