/* CForkGate.c -- a gate that fork waits at; see CForkGate.h. */
#include "CForkGate.h"

#include <linux/membarrier.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { PLACE_COUNT = 512, MOST_HOOKS = 8 };

/* Where a thread says that it is inside: a place of its own, so that saying so costs a plain store. */
typedef struct place {
  _Alignas(64) atomic_int inside;
  atomic_int is_taken;
  /* Fences of its threads; nobody else looks at it. */
  int fences;
} place;

/* The first place is shared by the threads for which there is none of their own. */
static place places[PLACE_COUNT];

/* Whether a fork is under way. */
static atomic_int is_closed;
static _Atomic uint64_t generation;
/* Whether the one who forks can make the stores of all threads visible; else each thread does it for itself, by a fence.
 * Asking for that is free as long as the process has one thread; afterwards the kernel waits for all of them, 5 to 25 ms, which
 * is too long for a library that is being loaded. So it is asked for when fences have cost about as much. */
static atomic_int has_barrier;
enum { FENCES_WORTH_A_BARRIER = 1000000 };

static _Thread_local int depth;
static _Thread_local place *own_place;
/* Gives a place back when its thread ends. */
static pthread_key_t place_key;

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

static void give_back(void *taken) {
  /* What this thread still does at its end, it does with the others of the first place. */
  own_place = &places[0];
  if (taken != &places[0]) atomic_store(&((place *)taken)->is_taken, 0);
}

static place *take_place(void) {
  own_place = &places[0];
  for (int i = 1; i < PLACE_COUNT; i++) {
    int free_place = 0;
    if (atomic_compare_exchange_strong(&places[i].is_taken, &free_place, 1)) {
      own_place = &places[i];
      break;
    }
  }
  pthread_setspecific(place_key, own_place);
  return own_place;
}

static int register_barrier(void) {
  return syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
}

/* A thread that sees it set says so by plain stores from then on; whoever forks asks for the barrier in any case. */
static void ask_for_barrier(void) {
  if (register_barrier()) atomic_store_explicit(&has_barrier, 1, memory_order_release);
}

/* Says that this thread is inside, before anything that it does next. */
static void say_inside(place *own) {
  if (own == &places[0]) {
    atomic_fetch_add(&own->inside, 1);
    return;
  }
  int is_plain = atomic_load_explicit(&has_barrier, memory_order_acquire);
  if (!is_plain && ++own->fences == FENCES_WORTH_A_BARRIER) ask_for_barrier();
  atomic_store_explicit(&own->inside, 1, memory_order_relaxed);
  if (is_plain)
    atomic_signal_fence(memory_order_seq_cst);
  else
    atomic_thread_fence(memory_order_seq_cst);
}

/* Says that this thread is outside, after all that it has done. */
static void say_outside(place *own) {
  if (own == &places[0])
    atomic_fetch_sub(&own->inside, 1);
  else
    atomic_store_explicit(&own->inside, 0, memory_order_release);
}

void engram_fork_gate_enter(void) {
  if (depth++ > 0) return;
  place *own = own_place ? own_place : take_place();
  for (;;) {
    /* Saying so comes before looking: whoever closes the gate then sees the one, or this thread the other. */
    say_inside(own);
    if (!atomic_load_explicit(&is_closed, memory_order_acquire)) return;
    say_outside(own);
    while (atomic_load(&is_closed)) rest();
  }
}

void engram_fork_gate_leave(void) {
  if (--depth > 0) return;
  say_outside(own_place);
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
  /* From here on every thread either has been seen inside, or sees that the gate is closed. Where nobody has asked for the barrier
   * there is none, and none is needed. */
  syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
  /* A thread that forks while it is inside does not wait for itself. */
  const place *own = depth > 0 ? own_place : NULL;
  for (int i = 0; i < PLACE_COUNT; i++) {
    while (atomic_load(&places[i].inside) > (&places[i] == own ? 1 : 0)) rest();
  }
  for (int i = atomic_load(&hook_count) - 1; i >= 0; i--) hooks[i].prepare();
}

static void in_parent(void) {
  for (int i = 0; i < atomic_load(&hook_count); i++) hooks[i].parent();
  atomic_store(&is_closed, 0);
  pthread_mutex_unlock(&fork_lock);
}

static void in_child(void) {
  atomic_store(&has_barrier, register_barrier());
  for (int i = 0; i < ENGRAM_FORK_MOST_DESCRIPTORS; i++) {
    int found = atomic_exchange(&descriptors[i], 0);
    if (found > 0) close(found - 1);
  }
  for (int i = 0; i < atomic_load(&hook_count); i++) hooks[i].child();
  /* No other thread is here, also none that was on its way in or out. */
  for (int i = 0; i < PLACE_COUNT; i++) {
    atomic_store(&places[i].inside, &places[i] == own_place && depth > 0 ? 1 : 0);
    atomic_store(&places[i].is_taken, &places[i] == own_place ? 1 : 0);
  }
  atomic_fetch_add(&generation, 1);
  atomic_store(&is_closed, 0);
  pthread_mutex_unlock(&fork_lock);
}

__attribute__((constructor)) static void install(void) {
  pthread_key_create(&place_key, give_back);
  /* A folder for each thread, beside itself and the one above it. */
  struct stat threads;
  if (stat("/proc/self/task", &threads) == 0 && threads.st_nlink == 3) ask_for_barrier();
  pthread_atfork(before_fork, in_parent, in_child);
}
