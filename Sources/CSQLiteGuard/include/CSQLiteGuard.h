/* CSQLiteGuard.h -- what SQLite lacks to live in a process with others, and to run SQL of a stranger.
 *
 * 1. Locks. SQLite locks files with POSIX locks, which belong to the process: when anyone in it closes the file, a second
 *    SQLite or a plain copy of it, the locks are gone. Here every file is locked through a descriptor of its own by open
 *    file description locks, which nobody else in the process can lose. A child of fork begins without any, and SQLite
 *    sees all files there as new ones, for what it remembers of the parent's locks is not so.
 * 2. A watch. A statement can take gigabytes and minutes to compile, or minutes inside one function, and SQLite looks at
 *    no clock meanwhile. While a thread is watched, its allocations are counted and fail beyond a limit, and allocations
 *    and the slow functions ask whether to stop.
 * 3. Reads. A read that the disk fails is not damage; see Reads.c.
 * 4. Waiting. A lock that somebody has nearly always is had all the same; see Waiting.c.
 */
#ifndef ENGRAM_SQLITE_GUARD_H
#define ENGRAM_SQLITE_GUARD_H

#include <errno.h>
#include <sqlite3.h>
#include <stdint.h>

/* The system's number of an error that stands for a read that failed with EIO; SQLite makes damage of that one. */
#define ENGRAM_READ_FAILED EREMOTEIO

/* What could be set up. */
enum { ENGRAM_GUARD_LOCKS = 1, ENGRAM_GUARD_MEMORY = 2 };

/* Sets SQLite up, once in a process and before any database is opened; later calls only answer.
 *
 * Without ENGRAM_GUARD_LOCKS in the answer the system has no open file description locks; without ENGRAM_GUARD_MEMORY
 * somebody else had begun to use the same SQLite before. */
int engram_sqlite_guard(void);

/* How long a connection waits for a lock; the owner keeps it where it is, zero at first, as long as the connection is open. */
typedef struct engram_wait {
  double seconds, until;
  uint64_t state;
} engram_wait;

/* Has a connection wait so long for a lock; 0 means not at all. */
int engram_sqlite_wait(sqlite3 *connection, engram_wait *wait, int milliseconds);

/* Replaces the functions of SQL that can run for long: like, glob, instr, replace, trim, ltrim, rtrim. */
int engram_sqlite_add_functions(sqlite3 *connection);

/* Why a watched thread was stopped. */
enum {
  ENGRAM_WATCH_MEMORY = 1,      /* It holds too much. */
  ENGRAM_WATCH_TIME = 2,        /* Its time is over. */
  ENGRAM_WATCH_COMPILATION = 3, /* It compiles for too long. */
  ENGRAM_WATCH_ASKED = 4        /* should_stop said so. */
};

/* The watch over one thread. The owner keeps it where it is until it is taken off. */
typedef struct engram_watch {
  /* Whether to stop now; asked by slow functions, and never while SQLite holds a lock. */
  int (*should_stop)(void *context);
  void *context;
  /* Bytes that may be held at a time, and those that are. */
  int64_t most_bytes, bytes;
  /* The second of CLOCK_MONOTONIC at which the time is over, and that of the thread's processor time at which a
   * compilation has taken too long. */
  double deadline, compilation_deadline;
  /* Work done since the last look. */
  int64_t work;
  /* Why the thread was stopped, once it was. */
  int reason;
} engram_watch;

/* Watches this thread, or nobody for NULL; returns the watch before. */
engram_watch *engram_sqlite_watch(engram_watch *watch);

/* Seconds of processor time that this thread has taken. */
double engram_thread_seconds(void);

#endif
