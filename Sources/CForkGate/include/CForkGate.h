/* CForkGate.h -- a gate that fork waits at, so that a child never finds a lock that nobody will open.
 *
 * A child of fork has one thread, and every lock as it was: one that another thread held stays shut for ever. So what
 * takes locks, our own and those inside SQLite, is done inside the gate. A fork closes the gate, waits until nobody else
 * is inside, forks, and opens it. The gate is no lock: any number of threads are inside at a time, and a thread inside may
 * enter again. What waits for another thread, or calls code that is not ours, does so outside (`pause`, `resume`).
 */
#ifndef ENGRAM_FORK_GATE_H
#define ENGRAM_FORK_GATE_H

#include <stdint.h>

/* Goes inside; waits while a fork is under way. */
void engram_fork_gate_enter(void);
/* Goes outside, once for each time that this thread went inside. */
void engram_fork_gate_leave(void);

/* Goes outside however often this thread went inside; returns how often that was. */
int engram_fork_gate_pause(void);
/* Goes inside again, as often. */
void engram_fork_gate_resume(int depth);

/* How often this process was forked off: 0 in the first one, one more in each child. */
uint64_t engram_fork_generation(void);

/* Has a descriptor closed in every child, so that a lock on it ends with this process; at most so many at a time. */
enum { ENGRAM_FORK_MOST_DESCRIPTORS = 256 };
int engram_fork_close_in_children(int descriptor);
/* Takes that back, before the descriptor is closed here. */
void engram_fork_keep_in_children(int descriptor);

/* Has functions called around every fork, after the gate was closed and before it is opened. */
void engram_fork_add_hooks(void (*prepare)(void), void (*parent)(void), void (*child)(void));

#endif
