/* CLinear.c -- LIBLINEAR, loaded when it is first needed. */
#include "CLinear.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Structures of liblinear.so.4 (linear.h of LIBLINEAR 2.30). */
enum { L2R_L2LOSS_SVC_DUAL = 1 };

typedef struct {
  int index;
  double value;
} feature_node;

typedef struct {
  int l, n;
  double *y;
  feature_node **x;
  double bias;
} problem;

typedef struct {
  int solver_type;
  double eps, C;
  int nr_weight;
  int *weight_label;
  double *weight, p, *init_sol;
} parameter;

typedef struct {
  parameter param;
  int nr_class, nr_feature;
  double *w;
  int *label;
  double bias;
} model;

static struct {
  model *(*train)(const problem *, const parameter *);
  void (*free_and_destroy_model)(model **);
  void (*set_print_string_function)(void (*)(const char *));
} library;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static const char *failure = NULL;
static char failure_text[256];
/* What the library said last of its iterations, who is asked whether to stop, and where to go then: of the training of this
 * thread, so that nobody else who has the library in the process is stopped by it. */
static _Thread_local int32_t said_iterations;
static _Thread_local const engram_liblinear_stop *asked;
static _Thread_local jmp_buf stopped;

/* The library tells its iterations in print only, and every tenth by a point. Nothing of it reaches the terminal. */
static void listen(const char *text) {
  static const char before[] = "#iter = ";
  const char *found = strstr(text, before);
  if (found) said_iterations = (int32_t)strtol(found + sizeof before - 1, NULL, 10);
  if (!found && asked && asked->is_cancelled(asked->context)) longjmp(stopped, 1);
}

/* The library knows no way to stop. Its functions are left from the print, with nothing to undo but what they allocated, which
 * is lost: 49 bytes for each row, as measured. NULL when it was stopped. */
static model *train_unless_stopped(const problem *one, const parameter *parameters, const engram_liblinear_stop *stop) {
  model *volatile trained = NULL;
  asked = stop;
  if (setjmp(stopped) == 0) trained = library.train(one, parameters);
  asked = NULL;
  return trained;
}

/* Waits for the turn of the calling thread; 0, or 1 when it was stopped before. */
static int wait_for_turn(engram_liblinear_stop stop) {
  struct timespec until;
  do {
    if (stop.is_cancelled(stop.context)) return 1;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 20000000;
    if (until.tv_nsec >= 1000000000) {
      until.tv_nsec -= 1000000000;
      until.tv_sec++;
    }
  } while (pthread_mutex_timedlock(&turn, &until) == ETIMEDOUT);
  return 0;
}

static void load(void) {
  void *handle = dlopen("liblinear.so.4", RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    const char *why = dlerror();
    strncpy(failure_text, why ? why : "unknown", sizeof failure_text - 1);
    failure = failure_text;
    return;
  }
  *(void **)&library.train = dlsym(handle, "train");
  *(void **)&library.free_and_destroy_model = dlsym(handle, "free_and_destroy_model");
  *(void **)&library.set_print_string_function = dlsym(handle, "set_print_string_function");
  if (!library.train || !library.free_and_destroy_model || !library.set_print_string_function)
    failure = "liblinear.so.4 lacks a routine of LIBLINEAR";
  else
    library.set_print_string_function(listen);
}

const char *engram_liblinear_load(void) {
  pthread_once(&once, load);
  return failure;
}

/* Rows without their zeros, each ended by index -1, as the library wants them; NULL when there is no memory. */
static feature_node **sparse_rows(const double *rows, size_t row_count, size_t column_count, size_t stride,
                                  feature_node **nodes) {
  size_t total = row_count;
  for (size_t i = 0; i < row_count; i++)
    for (size_t c = 0; c < column_count; c++) total += rows[i * stride + c] != 0;
  feature_node **starts = malloc(row_count * sizeof *starts);
  feature_node *node = *nodes = malloc(total * sizeof *node);
  if (!starts || !node) {
    free(starts);
    free(node);
    return NULL;
  }
  for (size_t i = 0; i < row_count; i++) {
    starts[i] = node;
    for (size_t c = 0; c < column_count; c++)
      if (rows[i * stride + c] != 0) *node++ = (feature_node){(int)c + 1, rows[i * stride + c]};
    *node++ = (feature_node){-1, 0};
  }
  return starts;
}

int32_t engram_liblinear_train(const double *rows, size_t row_count, size_t column_count, size_t stride,
                               const double *targets, size_t problem_count, double cost, double tolerance,
                               uint32_t seed, engram_liblinear_stop stop, double *weights, int32_t *iterations) {
  feature_node *nodes;
  feature_node **starts = sparse_rows(rows, row_count, column_count, stride, &nodes);
  if (!starts) return -1;
  parameter parameters = {.solver_type = L2R_L2LOSS_SVC_DUAL, .eps = tolerance, .C = cost};
  int32_t status = wait_for_turn(stop);
  int has_turn = status == 0;
  for (size_t p = 0; p < problem_count && status == 0; p++) {
    /* The library reads y and does not write it. */
    problem one = {(int)row_count, (int)column_count, (double *)(targets + p * row_count), starts, -1};
    srand(seed);
    said_iterations = 0;
    model *trained = train_unless_stopped(&one, &parameters, &stop);
    if (!trained) {
      status = 1;
      break;
    }
    iterations[p] = said_iterations;
    double sign = trained->label[0] == 1 ? 1 : -1;
    for (size_t c = 0; c < column_count; c++) weights[p * column_count + c] = sign * trained->w[c];
    library.free_and_destroy_model(&trained);
  }
  if (has_turn) pthread_mutex_unlock(&turn);
  free(starts);
  free(nodes);
  return status;
}
