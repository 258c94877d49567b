/* CBLAS.h -- the few BLAS and LAPACK routines that classifiers need, from the system's OpenBLAS.
 *
 * OpenBLAS takes several milliseconds to start, so it is not linked but loaded when the first of these routines is
 * called; a command that trains nothing never pays for it. Every routine runs on the calling thread alone, and waits where memory
 * for one more working buffer (128 MiB) lacks, until another thread is done: callers share
 * out independent products, and so the same bytes come out for any number of threads.
 *
 * Matrices are row-major; `ld` is the distance between rows. Call engram_blas_load first; the others must not be called
 * before it has returned NULL. */
#ifndef ENGRAM_CBLAS_H
#define ENGRAM_CBLAS_H

#include <stddef.h>
#include <stdint.h>

/* Loads OpenBLAS once, from any thread. Returns NULL when it is there, or why it is not, in words of the dynamic linker. */
const char *engram_blas_load(void);

/* Loads OpenBLAS, where it is, with kernels that fit this processor, for a library that is about to use it in this process: so that
 * it computes the same whatever was loaded before. */
void engram_blas_choose_kernels(void);

/* The kind of processor whose kernels are used, such as "SkylakeX"; "" before it is loaded. */
const char *engram_blas_kernels(void);

/* Whether it could not be loaded because memory lacks. */
int engram_blas_lacks_memory(void);

/* c = alpha * op(a) * op(b) + beta * c, with op(a) of m x k, op(b) of k x n; op transposes where the flag is not 0. */
void engram_sgemm(int transpose_a, int transpose_b, int32_t m, int32_t n, int32_t k, float alpha, const float *a,
                  int32_t lda, const float *b, int32_t ldb, float beta, float *c, int32_t ldc);
void engram_dgemm(int transpose_a, int transpose_b, int32_t m, int32_t n, int32_t k, double alpha, const double *a,
                  int32_t lda, const double *b, int32_t ldb, double beta, double *c, int32_t ldc);

/* The upper triangle of c = alpha * transpose(a) * a + beta * c, with a of k x n. */
void engram_dsyrk_t(int32_t n, int32_t k, double alpha, const double *a, int32_t lda, double beta, double *c,
                    int32_t ldc);

/* Whether to stop, which the calling thread asks every few milliseconds while one of the routines below works. */
typedef struct {
  int (*is_cancelled)(void *context);
  void *context;
} engram_blas_stop;

/* What they return when there is no memory, and when they were stopped; of `a`, `values` and `b` nothing is said then. LAPACK
 * knows no way to stop, so what takes long goes on in a thread of its own on a copy of `a`, until it ends or the process does. */
enum { ENGRAM_BLAS_NO_MEMORY = -100, ENGRAM_BLAS_STOPPED = -101 };

/* All eigenvalues, ascending, and eigenvectors of a symmetric n x n matrix (LAPACK dsyevd). Of `a` the upper triangle is
 * read; row i of `a` becomes the unit eigenvector of values[i]. Returns 0, or LAPACK's own number for a failure. */
int32_t engram_dsyevd(int32_t n, double *a, double *values, engram_blas_stop stop);

/* Solves a * x = b for a symmetric positive definite n x n matrix by Cholesky (LAPACK dposv). Of `a` the upper triangle
 * is read, and its factor left there; b becomes x. Returns 0, or i > 0 when the leading i x i block is not positive
 * definite, and then b is as it was. */
int32_t engram_dposv(int32_t n, double *a, double *b, engram_blas_stop stop);

#endif
