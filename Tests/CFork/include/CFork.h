/* CFork.h -- fork for tests; Swift cannot call it. */
#ifndef ENGRAM_TEST_FORK_H
#define ENGRAM_TEST_FORK_H

/* Forks; the child calls `body` and ends with what it returns as its exit code.
 *
 * Returns that code, 128 and the signal that ended the child, or -1 when it took longer than `seconds` and was killed. */
int engram_test_fork(int (*body)(void *), void *context, double seconds);

#endif
