/* Leavable.c -- a routine that cannot be stopped, left to itself. */
#include "Leavable.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* How long to wait between two questions. */
enum { QUESTION_NANOSECONDS = 10 * 1000 * 1000 };

typedef struct {
  engram_matrix_routine routine;
  int32_t n, result;
  /* The copies: the matrix, and after it the vector. */
  double *matrix;
  pthread_mutex_t lock;
  pthread_cond_t has_ended;
  int is_ended, is_left;
} job;

/* Threads whose results nobody waits for. */
static atomic_int left_count;

/* OpenBLAS takes its buffers back when the process exits, under the hands of a thread that still works in them. */
static void leave_at_once(int status, void *unused) {
  (void)unused;
  if (atomic_load(&left_count) == 0) return;
  fflush(NULL);
  _exit(status);
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
static void watch_exit(void) { on_exit(leave_at_once, NULL); }

static void discard(job *one) {
  pthread_cond_destroy(&one->has_ended);
  pthread_mutex_destroy(&one->lock);
  free(one->matrix);
  free(one);
}

static void *work(void *context) {
  job *one = context;
  size_t n = (size_t)one->n;
  int32_t result = one->routine(one->n, one->matrix, one->matrix + n * n);
  pthread_mutex_lock(&one->lock);
  one->result = result;
  one->is_ended = 1;
  int is_left = one->is_left;
  pthread_cond_signal(&one->has_ended);
  pthread_mutex_unlock(&one->lock);
  if (is_left) {
    discard(one);
    atomic_fetch_sub(&left_count, 1);
  }
  return NULL;
}

/* A job with copies, and a thread that works on it; NULL where one of them cannot be had. */
static job *start(engram_matrix_routine routine, int32_t n, const double *matrix, const double *vector) {
  size_t count = (size_t)n;
  job *one = calloc(1, sizeof *one);
  double *copies = malloc((count * count + count) * sizeof *copies);
  if (!one || !copies) {
    free(one);
    free(copies);
    return NULL;
  }
  memcpy(copies, matrix, count * count * sizeof *copies);
  memcpy(copies + count * count, vector, count * sizeof *copies);
  *one = (job){.routine = routine, .n = n, .matrix = copies, .lock = PTHREAD_MUTEX_INITIALIZER};
  pthread_condattr_t monotonic;
  pthread_condattr_init(&monotonic);
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_cond_init(&one->has_ended, &monotonic);
  pthread_condattr_destroy(&monotonic);
  pthread_attr_t detached;
  pthread_attr_init(&detached);
  pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
  pthread_t thread;
  int status = pthread_create(&thread, &detached, work, one);
  pthread_attr_destroy(&detached);
  if (status == 0) return one;
  discard(one);
  return NULL;
}

/* Waits until the job has ended or is left; returns whether it has ended. */
static int wait_for(job *one, engram_blas_stop stop) {
  pthread_mutex_lock(&one->lock);
  while (!one->is_ended && !one->is_left) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += QUESTION_NANOSECONDS;
    if (until.tv_nsec >= 1000000000) {
      until.tv_nsec -= 1000000000;
      until.tv_sec++;
    }
    pthread_cond_timedwait(&one->has_ended, &one->lock, &until);
    if (one->is_ended) break;
    /* Whoever is asked may take his time, or want to ask the thread's owner. */
    pthread_mutex_unlock(&one->lock);
    int is_cancelled = stop.is_cancelled(stop.context);
    pthread_mutex_lock(&one->lock);
    if (!is_cancelled || one->is_ended) continue;
    one->is_left = 1;
    atomic_fetch_add(&left_count, 1);
  }
  int is_ended = one->is_ended;
  pthread_mutex_unlock(&one->lock);
  return is_ended;
}

int32_t engram_leavable(engram_matrix_routine routine, int32_t n, double *matrix, double *vector, engram_blas_stop stop) {
  pthread_once(&once, watch_exit);
  job *one = start(routine, n, matrix, vector);
  if (!one) return routine(n, matrix, vector);
  if (!wait_for(one, stop)) return ENGRAM_BLAS_STOPPED;
  size_t count = (size_t)n;
  memcpy(matrix, one->matrix, count * count * sizeof *matrix);
  memcpy(vector, one->matrix + count * count, count * sizeof *vector);
  int32_t result = one->result;
  discard(one);
  return result;
}
