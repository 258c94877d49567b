/* CBLAS.c -- OpenBLAS, loaded when it is first needed. */
#include "CBLAS.h"
#include "Leavable.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Values of CBLAS's enumerations, the same in every implementation. */
enum { ROW_MAJOR = 101, NO_TRANSPOSE = 111, TRANSPOSE = 112, UPPER = 121 };

static struct {
  void (*sgemm)(int order, int transpose_a, int transpose_b, int m, int n, int k, float alpha, const float *a, int lda,
                const float *b, int ldb, float beta, float *c, int ldc);
  void (*dgemm)(int order, int transpose_a, int transpose_b, int m, int n, int k, double alpha, const double *a, int lda,
                const double *b, int ldb, double beta, double *c, int ldc);
  void (*dsyrk)(int order, int triangle, int transpose, int n, int k, double alpha, const double *a, int lda,
                double beta, double *c, int ldc);
  void (*dsyevd)(const char *job, const char *triangle, const int *n, double *a, const int *lda, double *values,
                 double *work, const int *work_count, int *integers, const int *integer_count, int *info, size_t,
                 size_t);
  void (*dposv)(const char *triangle, const int *n, const int *columns, double *a, const int *lda, double *b,
                const int *ldb, int *info, size_t);
} blas;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static const char *failure = NULL;
static char failure_text[256];

/* OpenBLAS works in a buffer for each thread that is inside it, and when there is no memory for one it asks again for
 * ever. So nobody goes inside before there has been memory for one more buffer, or before somebody else has come out. */
enum { BUFFER_BYTES = 128 << 20, SPARE_BYTES = 8 << 20 };
/* The stack of a thread that OpenBLAS starts, with what malloc sets aside for it; and the library itself. */
enum { THREAD_BYTES = 80 << 20, LIBRARY_BYTES = 48 << 20 };
static pthread_mutex_t buffers_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t buffer_is_free = PTHREAD_COND_INITIALIZER;
/* Buffers that OpenBLAS has, and threads that are inside. */
static int buffer_count, inside_count;
static int lacks_memory;
/* The processor whose kernels are used, in OpenBLAS's words; "" before it is loaded. */
static const char *kernels = "";

/* Whether there is so much memory to be had. */
static int has_room(size_t size) {
  void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return 0;
  munmap(memory, size);
  return 1;
}

/* Goes inside; returns whether it could, which is certain once it could before. */
static int enter(void) {
  pthread_mutex_lock(&buffers_lock);
  int can = 1;
  while (inside_count == buffer_count) {
    if (has_room((size_t)BUFFER_BYTES + SPARE_BYTES)) {
      buffer_count++;
    } else if (buffer_count == 0) {
      can = 0;
      break;
    } else {
      pthread_cond_wait(&buffer_is_free, &buffers_lock);
    }
  }
  inside_count += can;
  pthread_mutex_unlock(&buffers_lock);
  return can;
}

static void leave(void) {
  pthread_mutex_lock(&buffers_lock);
  inside_count--;
  pthread_cond_signal(&buffer_is_free);
  pthread_mutex_unlock(&buffers_lock);
}

static void *symbol(void *library, const char *name) {
  void *found = dlsym(library, name);
  if (!found && !failure) failure = "the library lacks a routine of BLAS or LAPACK";
  return found;
}

/* Threads that OpenBLAS starts when it is loaded, each with a buffer, though none of ours uses them. */
static int thread_count(void) {
  static const char *const names[] = {"OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "OMP_NUM_THREADS"};
  long most = sysconf(_SC_NPROCESSORS_ONLN);
  for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
    const char *text = getenv(names[i]);
    int wanted = text ? atoi(text) : 0;
    if (wanted > 0) return wanted < most ? wanted : (int)most;
  }
  return most < 1 ? 1 : most > 128 ? 128 : (int)most;
}

static void lack_memory(void) {
  failure = "it works in a buffer of 128 MiB for each processor, for which there is no memory";
  lacks_memory = 1;
}

static const char *core_name(void *library) {
  char *(*name)(void);
  *(void **)&name = dlsym(library, "openblas_get_corename");
  return name ? name() : "";
}

/* OpenBLAS chooses its kernels by the model of the processor, and for a model that is newer than itself takes those of 2004,
 * which are several times slower. Where the processor can do more, it is loaded again and told which to take, as a user may with
 * OPENBLAS_CORETYPE, whose word counts. Returns NULL where it is not there. */
static void *open_fitting(void) {
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  static const char name[] = "libopenblas.so.0";
  /* Two threads at once would each keep it from going, and neither could load it again. */
  pthread_mutex_lock(&lock);
  void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
#if defined(__x86_64__)
  static const char variable[] = "OPENBLAS_CORETYPE";
  __builtin_cpu_init();
  int has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  int has_avx512 = has_avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512cd") &&
                   __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
                   __builtin_cpu_supports("avx512vl");
  if (library && has_avx2 && !getenv(variable) && strcmp(core_name(library), "Prescott") == 0) {
    dlclose(library);
    setenv(variable, has_avx512 ? "SkylakeX" : "Haswell", 0);
    library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    unsetenv(variable);
  }
#endif
  pthread_mutex_unlock(&lock);
  return library;
}

void engram_blas_choose_kernels(void) { open_fitting(); }

static void load(void) {
  size_t needed = (size_t)thread_count() * ((size_t)BUFFER_BYTES + THREAD_BYTES) + LIBRARY_BYTES;
  if (!has_room(needed)) return lack_memory();
  void *library = open_fitting();
  if (!library) {
    const char *why = dlerror();
    size_t i = 0;
    for (; why && why[i] && i + 1 < sizeof failure_text; i++) failure_text[i] = why[i];
    failure_text[i] = 0;
    failure = failure_text;
    return;
  }
  *(void **)&blas.sgemm = symbol(library, "cblas_sgemm");
  *(void **)&blas.dgemm = symbol(library, "cblas_dgemm");
  *(void **)&blas.dsyrk = symbol(library, "cblas_dsyrk");
  *(void **)&blas.dsyevd = symbol(library, "dsyevd_");
  *(void **)&blas.dposv = symbol(library, "dposv_");
  void (*set_threads)(int);
  *(void **)&set_threads = symbol(library, "openblas_set_num_threads");
  if (failure) return;
  set_threads(1);
  kernels = core_name(library);
  /* The first buffer is taken at once, and stays. */
  if (!enter()) {
    return lack_memory();
  }
  double one = 1, product = 0;
  blas.dgemm(ROW_MAJOR, NO_TRANSPOSE, NO_TRANSPOSE, 1, 1, 1, 1, &one, 1, &one, 1, 0, &product, 1);
  leave();
}

const char *engram_blas_load(void) {
  pthread_once(&once, load);
  return failure;
}

const char *engram_blas_kernels(void) { return kernels; }

int engram_blas_lacks_memory(void) { return lacks_memory; }

void engram_sgemm(int transpose_a, int transpose_b, int32_t m, int32_t n, int32_t k, float alpha, const float *a,
                  int32_t lda, const float *b, int32_t ldb, float beta, float *c, int32_t ldc) {
  enter();
  blas.sgemm(ROW_MAJOR, transpose_a ? TRANSPOSE : NO_TRANSPOSE, transpose_b ? TRANSPOSE : NO_TRANSPOSE, m, n, k, alpha,
             a, lda, b, ldb, beta, c, ldc);
  leave();
}

void engram_dgemm(int transpose_a, int transpose_b, int32_t m, int32_t n, int32_t k, double alpha, const double *a,
                  int32_t lda, const double *b, int32_t ldb, double beta, double *c, int32_t ldc) {
  enter();
  blas.dgemm(ROW_MAJOR, transpose_a ? TRANSPOSE : NO_TRANSPOSE, transpose_b ? TRANSPOSE : NO_TRANSPOSE, m, n, k, alpha,
             a, lda, b, ldb, beta, c, ldc);
  leave();
}

void engram_dsyrk_t(int32_t n, int32_t k, double alpha, const double *a, int32_t lda, double beta, double *c,
                    int32_t ldc) {
  enter();
  blas.dsyrk(ROW_MAJOR, UPPER, TRANSPOSE, n, k, alpha, a, lda, beta, c, ldc);
  leave();
}

static int32_t eigenvectors(int32_t n, double *a, double *values) {
  /* Row-major upper is column-major lower, and LAPACK's columns of eigenvectors are our rows. */
  int info = 0, query = -1, integer_count = 0;
  double wanted = 0;
  enter();
  blas.dsyevd("V", "L", &n, a, &n, values, &wanted, &query, &integer_count, &query, &info, 1, 1);
  if (info != 0) {
    leave();
    return info;
  }
  int work_count = (int)wanted;
  double *work = malloc(sizeof(double) * (size_t)work_count);
  int *integers = malloc(sizeof(int) * (size_t)integer_count);
  if (work && integers)
    blas.dsyevd("V", "L", &n, a, &n, values, work, &work_count, integers, &integer_count, &info, 1, 1);
  else
    info = ENGRAM_BLAS_NO_MEMORY;
  leave();
  free(work);
  free(integers);
  return info;
}

static int32_t solution(int32_t n, double *a, double *b) {
  int info = 0, one = 1;
  enter();
  blas.dposv("L", &n, &one, a, &n, b, &n, &info, 1);
  leave();
  return info;
}

/* Sizes from which a routine may take more than some 20 ms. */
enum { LONG_EIGENVECTORS = 256, LONG_SOLUTION = 1024 };

int32_t engram_dsyevd(int32_t n, double *a, double *values, engram_blas_stop stop) {
  return n < LONG_EIGENVECTORS ? eigenvectors(n, a, values) : engram_leavable(eigenvectors, n, a, values, stop);
}

int32_t engram_dposv(int32_t n, double *a, double *b, engram_blas_stop stop) {
  return n < LONG_SOLUTION ? solution(n, a, b) : engram_leavable(solution, n, a, b, stop);
}
