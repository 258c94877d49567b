/* Waiting.c -- a lock is asked for often while it is waited for; see CSQLiteGuard.h.
 *
 * SQLite's own handler soon asks ten times a second. Where somebody has the lock nearly always, as a program that opens and closes the
 * database in a loop, fifty questions in five seconds all come at a wrong moment. Here one comes every millisecond or three. */
#include <time.h>

#include "Guard.h"

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static int wait_a_little(void *context, int count) {
  /* Nanoseconds: at first a lock may be free at once. */
  enum { FIRST = 100000, QUICK = 10, LEAST = 1000000, MORE = 2000000 };
  engram_wait *wait = context;
  if (count == 0) wait->until = now() + wait->seconds;
  if (now() >= wait->until) return 0;
  /* Several that wait, or one and a loop, must not go in step (Knuth's linear congruential generator). */
  wait->state = wait->state * 6364136223846793005u + 1442695040888963407u;
  struct timespec pause = {0, count < QUICK ? FIRST * (count + 1) : LEAST + (long)((wait->state >> 33) % MORE)};
  nanosleep(&pause, NULL);
  return 1;
}

int engram_sqlite_wait(sqlite3 *connection, engram_wait *wait, int milliseconds) {
  wait->seconds = milliseconds / 1000.0;
  wait->state ^= (uint64_t)(uintptr_t)wait;
  return sqlite3_busy_handler(connection, milliseconds > 0 ? wait_a_little : NULL, wait);
}
