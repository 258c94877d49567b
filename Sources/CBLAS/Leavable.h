/* Leavable.h -- a routine that cannot be stopped, left to itself. */
#ifndef ENGRAM_LEAVABLE_H
#define ENGRAM_LEAVABLE_H

#include "CBLAS.h"

/* A routine on an n x n matrix and a vector of n, which changes both; 0 or why it failed. */
typedef int32_t (*engram_matrix_routine)(int32_t n, double *matrix, double *vector);

/* Runs a routine on copies in a thread of its own and waits for it, or until `stop` says so: then it returns
 * ENGRAM_BLAS_STOPPED at once, and the thread frees the copies when it has ended. A process that ends before
 * it ends with its own exit status, and its exit handlers that were there before are not called. Where no thread or no memory
 * for copies is to be had, the routine runs on the calling thread, to its end. */
int32_t engram_leavable(engram_matrix_routine routine, int32_t n, double *matrix, double *vector, engram_blas_stop stop);

#endif
