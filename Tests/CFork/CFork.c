/* CFork.c -- fork for tests; see CFork.h. */
#include "CFork.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

int engram_test_fork(int (*body)(void *), void *context, double seconds) {
  pid_t child = fork();
  if (child < 0) return 127;
  if (child == 0) _exit(body(context));
  double end = now() + seconds;
  for (;;) {
    int status = 0;
    if (waitpid(child, &status, WNOHANG) == child) return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (now() > end) {
      kill(child, SIGKILL);
      waitpid(child, &status, 0);
      return -1;
    }
    struct timespec rest = {0, 1000000};
    nanosleep(&rest, NULL);
  }
}
