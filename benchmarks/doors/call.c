// call.c -- what a call of the C library costs: nanoseconds of each of many, the least of several rounds.
#define _POSIX_C_SOURCE 200809L
#include <engram.h>
#include <stdio.h>
#include <time.h>

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

int main(void) {
  enum { ROUNDS = 7, CALLS = 2000000 };
  int64_t ids[3] = {1, 2, 3}, sum = 0;
  engram_examples *examples;
  if (engram_examples_of_ids(ids, 3, &examples, NULL) != ENGRAM_OK) return 1;
  double best = 1;
  for (int round = 0; round < ROUNDS; round++) {
    double start = now();
    for (int call = 0; call < CALLS; call++) sum += engram_examples_count(examples);
    double each = (now() - start) / CALLS;
    if (each < best) best = each;
  }
  engram_examples_free(examples);
  printf("%.1f\n", 1e9 * best);
  return sum == (int64_t)3 * ROUNDS * CALLS ? 0 : 1;
}
