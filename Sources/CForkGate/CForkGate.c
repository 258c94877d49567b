/* CForkGate.c -- a gate that fork waits at; see CForkGate.h. */
#include "CForkGate.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

/* Threads are counted in several places, each a cache line of its own, so that they do not slow one another down. */
enum { COUNTER_COUNT = 64, MOST_HOOKS = 8 };

static struct {
  _Alignas(64) atomic_int inside;
} counters[COUNTER_COUNT];

/* Whether a fork is under way. */
static atomic_int is_closed;
static atomic_uint next_counter;
static _Atomic uint64_t generation;

static _Thread_local int depth;
/* Which counter this thread uses, and one more; 0 for a thread that has none yet. */
static _Thread_local unsigned own_counter;

/* Held by the thread that forks. */
static pthread_mutex_t fork_lock = PTHREAD_MUTEX_INITIALIZER;

static struct {
  void (*prepare)(void);
  void (*parent)(void);
  void (*child)(void);
} hooks[MOST_HOOKS];
static atomic_int hook_count;

/* Descriptors that children close, each and one more; 0 is a free place. */
static atomic_int descriptors[ENGRAM_FORK_MOST_DESCRIPTORS];

static void rest(void) {
  struct timespec time = {0, 20000};
  nanosleep(&time, NULL);
}

static atomic_int *counter(void) {
  if (own_counter == 0) own_counter = atomic_fetch_add(&next_counter, 1) % COUNTER_COUNT + 1;
  return &counters[own_counter - 1].inside;
}

void engram_fork_gate_enter(void) {
  if (depth++ > 0) return;
  atomic_int *inside = counter();
  for (;;) {
    /* The count comes before the look: whoever closes the gate then sees one or the other. */
    atomic_fetch_add(inside, 1);
    if (!atomic_load(&is_closed)) return;
    atomic_fetch_sub(inside, 1);
    while (atomic_load(&is_closed)) rest();
  }
}

void engram_fork_gate_leave(void) {
  if (--depth > 0) return;
  atomic_fetch_sub_explicit(counter(), 1, memory_order_release);
}

int engram_fork_gate_pause(void) {
  int before = depth;
  if (before > 0) {
    depth = 1;
    engram_fork_gate_leave();
  }
  return before;
}

void engram_fork_gate_resume(int before) {
  if (before > 0) {
    engram_fork_gate_enter();
    depth = before;
  }
}

uint64_t engram_fork_generation(void) { return atomic_load_explicit(&generation, memory_order_acquire); }

int engram_fork_close_in_children(int descriptor) {
  for (int i = 0; i < ENGRAM_FORK_MOST_DESCRIPTORS; i++) {
    int free_place = 0;
    if (atomic_compare_exchange_strong(&descriptors[i], &free_place, descriptor + 1)) return 1;
  }
  return 0;
}

void engram_fork_keep_in_children(int descriptor) {
  for (int i = 0; i < ENGRAM_FORK_MOST_DESCRIPTORS; i++) {
    int found = descriptor + 1;
    if (atomic_compare_exchange_strong(&descriptors[i], &found, 0)) return;
  }
}

void engram_fork_add_hooks(void (*prepare)(void), void (*parent)(void), void (*child)(void)) {
  pthread_mutex_lock(&fork_lock);
  int count = atomic_load(&hook_count);
  if (count < MOST_HOOKS) {
    hooks[count].prepare = prepare;
    hooks[count].parent = parent;
    hooks[count].child = child;
    atomic_store(&hook_count, count + 1);
  }
  pthread_mutex_unlock(&fork_lock);
}

static void before_fork(void) {
  pthread_mutex_lock(&fork_lock);
  atomic_store(&is_closed, 1);
  /* A thread that forks while it is inside does not wait for itself. */
  atomic_int *own = depth > 0 ? counter() : NULL;
  for (int i = 0; i < COUNTER_COUNT; i++) {
    while (atomic_load(&counters[i].inside) > (&counters[i].inside == own ? 1 : 0)) rest();
  }
  for (int i = atomic_load(&hook_count) - 1; i >= 0; i--) hooks[i].prepare();
}

static void in_parent(void) {
  for (int i = 0; i < atomic_load(&hook_count); i++) hooks[i].parent();
  atomic_store(&is_closed, 0);
  pthread_mutex_unlock(&fork_lock);
}

static void in_child(void) {
  for (int i = 0; i < ENGRAM_FORK_MOST_DESCRIPTORS; i++) {
    int found = atomic_exchange(&descriptors[i], 0);
    if (found > 0) close(found - 1);
  }
  for (int i = 0; i < atomic_load(&hook_count); i++) hooks[i].child();
  /* No other thread is here, also none that was on its way in or out. */
  for (int i = 0; i < COUNTER_COUNT; i++) atomic_store(&counters[i].inside, 0);
  if (depth > 0) atomic_store(counter(), 1);
  atomic_fetch_add(&generation, 1);
  atomic_store(&is_closed, 0);
  pthread_mutex_unlock(&fork_lock);
}

__attribute__((constructor)) static void install(void) { pthread_atfork(before_fork, in_parent, in_child); }
