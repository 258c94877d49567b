/* CLinear.h -- LIBLINEAR, the reference solver of linear SVMs, from the system's shared library.
 *
 * As with OpenBLAS, the library is not linked but loaded when it is first needed, because it brings others with it. It
 * draws its shuffles from the one generator of the C library, so calls wait for one another. */
#ifndef ENGRAM_CLINEAR_H
#define ENGRAM_CLINEAR_H

#include <stddef.h>
#include <stdint.h>

/* What LIBLINEAR 2.30 compiled in. */
#define ENGRAM_LIBLINEAR_MAX_ITERATIONS 1000

/* Loads LIBLINEAR once, from any thread. Returns NULL when it is there, or why it is not, in words of the dynamic
 * linker. */
const char *engram_liblinear_load(void);

/* Whether to stop, which the solving thread asks before it begins and every ten iterations. */
typedef struct {
  int (*is_cancelled)(void *context);
  void *context;
} engram_liblinear_stop;

/* Solves one-vs-rest problems with the L2-regularised squared hinge by dual coordinate descent (solver 1), without a
 * bias of LIBLINEAR's own: `rows` have a column of ones if one is wanted. Call engram_liblinear_load first.
 *
 * Element (i, c) is rows[i * stride + c]. For each of `problem_count` problems, targets[problem * row_count + i] is +1
 * or -1 and both occur; weights[problem * column_count + c] and iterations[problem] are written. Each problem starts
 * with the same seed. Returns 0, 1 when it was stopped, or -1 when there is no memory. */
int32_t engram_liblinear_train(const double *rows, size_t row_count, size_t column_count, size_t stride,
                               const double *targets, size_t problem_count, double cost, double tolerance,
                               uint32_t seed, engram_liblinear_stop stop, double *weights, int32_t *iterations);

#endif
