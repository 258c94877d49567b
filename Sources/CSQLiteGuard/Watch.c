/* Watch.c -- memory and time of a watched thread; see CSQLiteGuard.h. */
#include <pthread.h>
#include <time.h>

#include "Guard.h"

/* Work between two looks at a clock or questions: a hundred microseconds or so. */
static const int64_t WORK_BETWEEN_LOOKS = 1 << 18;
/* What an allocation counts as, beside its bytes: what SQLite does between two is more than the allocation. */
static const int64_t WORK_OF_ALLOCATION = 1 << 12;

static _Thread_local engram_watch *current;
static sqlite3_mem_methods system_memory;

engram_watch *engram_sqlite_watch(engram_watch *watch) {
  engram_watch *before = current;
  current = watch;
  return before;
}

static double seconds(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

double engram_thread_seconds(void) { return seconds(CLOCK_THREAD_CPUTIME_ID); }

/* Whether so much work makes a look due. */
static int is_due(engram_watch *watch, int64_t work) {
  watch->work += work;
  if (watch->work < WORK_BETWEEN_LOOKS) return 0;
  watch->work = 0;
  return 1;
}

int engram_guard_should_stop(int64_t work) {
  engram_watch *watch = current;
  if (!watch) return 0;
  if (!watch->reason && is_due(watch, work)) {
    /* What is asked may use SQLite itself. */
    current = NULL;
    if (watch->should_stop(watch->context)) watch->reason = ENGRAM_WATCH_ASKED;
    current = watch;
  }
  return watch->reason != 0;
}

/* Whether so many more bytes may be had. SQLite may hold locks meanwhile, so nobody is asked; only clocks are looked at. */
static int allows(int64_t bytes) {
  engram_watch *watch = current;
  if (!watch) return 1;
  if (watch->bytes + bytes > watch->most_bytes) {
    watch->reason = ENGRAM_WATCH_MEMORY;
  } else if (!watch->reason && is_due(watch, bytes + WORK_OF_ALLOCATION)) {
    if (seconds(CLOCK_MONOTONIC) > watch->deadline)
      watch->reason = ENGRAM_WATCH_TIME;
    else if (watch->compilation_deadline > 0 && engram_thread_seconds() > watch->compilation_deadline)
      watch->reason = ENGRAM_WATCH_COMPILATION;
  }
  return watch->reason == 0;
}

static void count(void *memory, int sign) {
  if (current && memory) current->bytes += sign * (int64_t)system_memory.xSize(memory);
}

static void *watched_malloc(int bytes) {
  if (!allows(bytes)) return NULL;
  void *memory = system_memory.xMalloc(bytes);
  count(memory, 1);
  return memory;
}

static void watched_free(void *memory) {
  count(memory, -1);
  system_memory.xFree(memory);
}

static void *watched_realloc(void *memory, int bytes) {
  if (current && !allows(bytes - (int64_t)system_memory.xSize(memory))) return NULL;
  count(memory, -1);
  void *moved = system_memory.xRealloc(memory, bytes);
  count(moved ? moved : memory, 1);
  return moved;
}

int engram_guard_memory(void) {
  if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &system_memory) != SQLITE_OK || !system_memory.xMalloc) return 0;
  sqlite3_mem_methods watched = system_memory;
  watched.xMalloc = watched_malloc;
  watched.xFree = watched_free;
  watched.xRealloc = watched_realloc;
  return sqlite3_config(SQLITE_CONFIG_MALLOC, &watched) == SQLITE_OK &&
         sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) == SQLITE_OK;
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int answer;

static void set_up(void) {
  engram_guard_functions();
  /* Memory first: SQLite takes another allocator only before it begins. Without its own statistics of memory it calls the
   * allocator without a lock. */
  if (engram_guard_memory()) answer |= ENGRAM_GUARD_MEMORY;
  if (sqlite3_initialize() == SQLITE_OK && engram_guard_locks(!(answer & ENGRAM_GUARD_MEMORY))) answer |= ENGRAM_GUARD_LOCKS;
  engram_guard_reads();
}

int engram_sqlite_guard(void) {
  pthread_once(&once, set_up);
  return answer;
}
