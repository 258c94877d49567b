/* CBLAS.c -- OpenBLAS, loaded when it is first needed. */
#include "CBLAS.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>

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

static void *symbol(void *library, const char *name) {
  void *found = dlsym(library, name);
  if (!found && !failure) failure = "the library lacks a routine of BLAS or LAPACK";
  return found;
}

static void load(void) {
  void *library = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
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
  if (!failure) set_threads(1);
}

const char *engram_blas_load(void) {
  pthread_once(&once, load);
  return failure;
}

void engram_sgemm(int transpose_a, int transpose_b, int32_t m, int32_t n, int32_t k, float alpha, const float *a,
                  int32_t lda, const float *b, int32_t ldb, float beta, float *c, int32_t ldc) {
  blas.sgemm(ROW_MAJOR, transpose_a ? TRANSPOSE : NO_TRANSPOSE, transpose_b ? TRANSPOSE : NO_TRANSPOSE, m, n, k, alpha,
             a, lda, b, ldb, beta, c, ldc);
}

void engram_dgemm(int transpose_a, int transpose_b, int32_t m, int32_t n, int32_t k, double alpha, const double *a,
                  int32_t lda, const double *b, int32_t ldb, double beta, double *c, int32_t ldc) {
  blas.dgemm(ROW_MAJOR, transpose_a ? TRANSPOSE : NO_TRANSPOSE, transpose_b ? TRANSPOSE : NO_TRANSPOSE, m, n, k, alpha,
             a, lda, b, ldb, beta, c, ldc);
}

void engram_dsyrk_t(int32_t n, int32_t k, double alpha, const double *a, int32_t lda, double beta, double *c,
                    int32_t ldc) {
  blas.dsyrk(ROW_MAJOR, UPPER, TRANSPOSE, n, k, alpha, a, lda, beta, c, ldc);
}

int32_t engram_dsyevd(int32_t n, double *a, int32_t lda, double *values) {
  /* Row-major upper is column-major lower, and LAPACK's columns of eigenvectors are our rows. */
  int info = 0, query = -1, integer_count = 0;
  double wanted = 0;
  blas.dsyevd("V", "L", &n, a, &lda, values, &wanted, &query, &integer_count, &query, &info, 1, 1);
  if (info != 0) return info;
  int work_count = (int)wanted;
  double *work = malloc(sizeof(double) * (size_t)work_count);
  int *integers = malloc(sizeof(int) * (size_t)integer_count);
  if (work && integers)
    blas.dsyevd("V", "L", &n, a, &lda, values, work, &work_count, integers, &integer_count, &info, 1, 1);
  else
    info = -100;
  free(work);
  free(integers);
  return info;
}

int32_t engram_dposv(int32_t n, double *a, int32_t lda, double *b) {
  int info = 0, one = 1;
  blas.dposv("L", &n, &one, a, &lda, b, &n, &info, 1);
  return info;
}
