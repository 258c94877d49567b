// shim.c -- stands between a program and the C library, and makes file operations inside one folder fail, or records them.
//
// Loaded by LD_PRELOAD. Environment:
//   ENGRAM_SHIM_ROOT    the folder, an absolute path; operations on files elsewhere pass untouched and uncounted
//   ENGRAM_SHIM_LOG     a file that gets a record of each operation that succeeded; none when absent
//   ENGRAM_SHIM_AT      the number of the operation to disturb, from 1; none when absent
//   ENGRAM_SHIM_DO      what to do there: a number is the errno it fails with; `short` does half of a read or write;
//                       `kill-before` and `kill-after` end the process as SIGKILL does
//   ENGRAM_SHIM_STICKY  when set, every later operation of the same kind is disturbed as well
//
// A record of the log, little-endian:
//   u8 kind, u32 number, u64 offset, u32 length, u16 length of path, u16 length of second path, path, second path, data
// The data of a write follow; of everything else there are none. Writes to standard output are recorded as kind 'A', so that
// the log shows what had been acknowledged at each point. Kinds: O open, C create, R read, W write, S sync, T truncate,
// N rename, L link, U unlink, D rmdir, M mkdir, P mmap.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MOST_FILES = 4096 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char root[PATH_MAX];
static int log_file = -1;
static unsigned number, disturb_at;
static const char *disturbance;
static int sticky, sticky_kind;
static char *paths[MOST_FILES];  // of open files inside the folder, by descriptor

static int inside(const char *path) {
  size_t length = strlen(root);
  return length > 0 && strncmp(path, root, length) == 0 && (path[length] == 0 || path[length] == '/');
}

static void start(void) {
  static int started;
  if (started) return;
  started = 1;
  const char *value = getenv("ENGRAM_SHIM_ROOT");
  if (value) snprintf(root, sizeof root, "%s", value);
  value = getenv("ENGRAM_SHIM_LOG");
  if (value) log_file = (int)syscall(SYS_openat, AT_FDCWD, value, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  value = getenv("ENGRAM_SHIM_AT");
  if (value) disturb_at = (unsigned)strtoul(value, NULL, 10);
  disturbance = getenv("ENGRAM_SHIM_DO");
  sticky = getenv("ENGRAM_SHIM_STICKY") != NULL;
}

/// The absolute path that a call means, or an empty text when it cannot be told.
static void resolve(int folder, const char *path, char out[PATH_MAX]) {
  char base[PATH_MAX] = "";
  if (path[0] == '/') {
    snprintf(out, PATH_MAX, "%s", path);
    return;
  }
  if (folder == AT_FDCWD) {
    if (!getcwd(base, sizeof base)) base[0] = 0;
  } else if (folder >= 0 && folder < MOST_FILES && paths[folder]) {
    snprintf(base, sizeof base, "%s", paths[folder]);
  } else {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    ssize_t length = readlink(link, base, sizeof base - 1);
    base[length < 0 ? 0 : length] = 0;
  }
  int is_folder = strcmp(path, ".") == 0;
  int length = snprintf(out, PATH_MAX, "%s%s%s", base, is_folder ? "" : "/", is_folder ? "" : path);
  if (length >= PATH_MAX) out[0] = 0;
}

static void record(
  int kind, unsigned operation, uint64_t offset, const char *path, const char *second, const void *data, uint32_t length
) {
  if (log_file < 0) return;
  struct __attribute__((packed)) {
    uint8_t kind;
    uint32_t number;
    uint64_t offset;
    uint32_t length;
    uint16_t path, second;
  } head = {(uint8_t)kind, operation, offset, length, (uint16_t)strlen(path), (uint16_t)strlen(second)};
  struct {
    const void *base;
    size_t length;
  } parts[] = {{&head, sizeof head}, {path, head.path}, {second, head.second}, {data, data ? length : 0}};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    const char *next = parts[i].base;
    for (size_t left = parts[i].length; left > 0;) {
      long done = syscall(SYS_write, log_file, next, left);
      if (done <= 0) return;
      next += done;
      left -= (size_t)done;
    }
  }
}

/// What is to be done to an operation: 0 nothing, -1 half of it, -2 kill after it, else the errno to fail with.
static int disturb(int kind, unsigned *operation) {
  *operation = ++number;
  int hit = number == disturb_at || (sticky && disturb_at > 0 && number > disturb_at && kind == sticky_kind);
  if (!hit || !disturbance) return 0;
  if (number == disturb_at) sticky_kind = kind;
  if (strcmp(disturbance, "kill-before") == 0) kill(getpid(), SIGKILL);
  if (strcmp(disturbance, "kill-after") == 0) return -2;
  if (strcmp(disturbance, "short") == 0) return -1;
  return atoi(disturbance);
}

static void finish(int what) {
  if (what == -2) kill(getpid(), SIGKILL);
}

#define BEGIN(kind) unsigned operation; pthread_mutex_lock(&lock); int what = disturb(kind, &operation)
#define FAIL_IF_TOLD if (what > 0) { pthread_mutex_unlock(&lock); errno = what; return -1; }
#define END do { int kept = errno; finish(what); pthread_mutex_unlock(&lock); errno = kept; } while (0)

static int opened(int folder, const char *path, int flags, mode_t mode) {
  start();
  char full[PATH_MAX];
  resolve(folder, path, full);
  if (!inside(full)) {
    int other = (int)syscall(SYS_openat, folder, path, flags, mode);
    if (other >= 0 && other < MOST_FILES) {
      /* The number may be that of a file that was closed out of sight, as closedir does. */
      pthread_mutex_lock(&lock);
      free(paths[other]);
      paths[other] = NULL;
      pthread_mutex_unlock(&lock);
    }
    return other;
  }
  struct stat status;
  int kind = (flags & O_CREAT) && stat(full, &status) != 0 ? 'C' : 'O';
  BEGIN(kind);
  FAIL_IF_TOLD
  long made = syscall(SYS_openat, folder, path, flags, mode);
  int descriptor = made < 0 ? -1 : (int)made;
  if (descriptor >= 0 && descriptor < MOST_FILES) {
    free(paths[descriptor]);
    paths[descriptor] = strdup(full);
    if (kind == 'C') record('C', operation, 0, full, "", NULL, 0);
    if (kind == 'O') record(flags & O_TRUNC ? 'T' : 'O', operation, 0, full, "", NULL, 0);
  }
  END;
  return descriptor;
}

#define MODE_OF(flags) mode_t mode = 0; if ((flags) & (O_CREAT | O_TMPFILE)) { va_list list; va_start(list, flags); mode = va_arg(list, mode_t); va_end(list); }
int open(const char *path, int flags, ...) { MODE_OF(flags) return opened(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE_OF(flags) return opened(AT_FDCWD, path, flags | O_LARGEFILE, mode); }
int openat(int folder, const char *path, int flags, ...) { MODE_OF(flags) return opened(folder, path, flags, mode); }
int openat64(int folder, const char *path, int flags, ...) { MODE_OF(flags) return opened(folder, path, flags, mode); }

int close(int descriptor) {
  start();
  pthread_mutex_lock(&lock);
  if (descriptor >= 0 && descriptor < MOST_FILES) {
    free(paths[descriptor]);
    paths[descriptor] = NULL;
  }
  pthread_mutex_unlock(&lock);
  return (int)syscall(SYS_close, descriptor);
}

static const char *watched(int descriptor) {
  return descriptor >= 0 && descriptor < MOST_FILES ? paths[descriptor] : NULL;
}

static ssize_t taken(int descriptor, void *buffer, size_t count, off_t offset) {
  start();
  if (!watched(descriptor))
    return offset < 0 ? syscall(SYS_read, descriptor, buffer, count) : syscall(SYS_pread64, descriptor, buffer, count, offset);
  BEGIN('R');
  FAIL_IF_TOLD
  if (what == -1 && count > 1) count /= 2;
  ssize_t done = offset < 0 ? syscall(SYS_read, descriptor, buffer, count)
                            : syscall(SYS_pread64, descriptor, buffer, count, offset);
  if (done >= 0) record('R', operation, 0, paths[descriptor], "", NULL, (uint32_t)done);
  END;
  return done;
}
ssize_t read(int descriptor, void *buffer, size_t count) { return taken(descriptor, buffer, count, -1); }
ssize_t pread(int descriptor, void *buffer, size_t count, off_t offset) { return taken(descriptor, buffer, count, offset); }
ssize_t pread64(int descriptor, void *buffer, size_t count, off_t offset) { return taken(descriptor, buffer, count, offset); }

static ssize_t given(int descriptor, const void *buffer, size_t count, off_t offset) {
  start();
  if (!watched(descriptor)) {
    ssize_t done = offset < 0 ? syscall(SYS_write, descriptor, buffer, count)
                              : syscall(SYS_pwrite64, descriptor, buffer, count, offset);
    if (descriptor == 1 && done > 0) {
      pthread_mutex_lock(&lock);
      record('A', number, 0, "", "", buffer, (uint32_t)done);
      pthread_mutex_unlock(&lock);
    }
    return done;
  }
  BEGIN('W');
  FAIL_IF_TOLD
  if (what == -1 && count > 1) count /= 2;
  off_t place = offset < 0 ? lseek(descriptor, 0, SEEK_CUR) : offset;
  ssize_t done = offset < 0 ? syscall(SYS_write, descriptor, buffer, count)
                            : syscall(SYS_pwrite64, descriptor, buffer, count, offset);
  if (done > 0) record('W', operation, (uint64_t)place, paths[descriptor], "", buffer, (uint32_t)done);
  END;
  return done;
}
ssize_t write(int descriptor, const void *buffer, size_t count) { return given(descriptor, buffer, count, -1); }
ssize_t pwrite(int descriptor, const void *buffer, size_t count, off_t offset) { return given(descriptor, buffer, count, offset); }
ssize_t pwrite64(int descriptor, const void *buffer, size_t count, off_t offset) { return given(descriptor, buffer, count, offset); }

// Copies by the kernel are made by reading and writing here, so that their data are seen.
ssize_t sendfile(int out, int in, off_t *offset, size_t count) {
  char buffer[65536];
  size_t wanted = count < sizeof buffer ? count : sizeof buffer;
  ssize_t got = offset ? pread(in, buffer, wanted, *offset) : read(in, buffer, wanted);
  if (got <= 0) return got;
  ssize_t done = write(out, buffer, (size_t)got);
  if (offset && done > 0) *offset += done;
  return done;
}

static int synced(int descriptor, int call) {
  start();
  if (!watched(descriptor)) return (int)syscall(call, descriptor);
  BEGIN('S');
  FAIL_IF_TOLD
  int done = (int)syscall(call, descriptor);
  if (done == 0) record('S', operation, 0, paths[descriptor], "", NULL, 0);
  END;
  return done;
}
int fsync(int descriptor) { return synced(descriptor, SYS_fsync); }
int fdatasync(int descriptor) { return synced(descriptor, SYS_fdatasync); }

int ftruncate(int descriptor, off_t length) {
  start();
  if (!watched(descriptor)) return (int)syscall(SYS_ftruncate, descriptor, length);
  BEGIN('T');
  FAIL_IF_TOLD
  int done = (int)syscall(SYS_ftruncate, descriptor, length);
  if (done == 0) record('T', operation, (uint64_t)length, paths[descriptor], "", NULL, 0);
  END;
  return done;
}
int ftruncate64(int descriptor, off64_t length) { return ftruncate(descriptor, length); }

static int named(int kind, int folder, const char *path, int second_folder, const char *second, int flags) {
  start();
  char full[PATH_MAX], other[PATH_MAX] = "";
  resolve(folder, path, full);
  if (second) resolve(second_folder, second, other);
  int call = kind == 'N' ? SYS_renameat : kind == 'L' ? SYS_linkat : kind == 'M' ? SYS_mkdirat : SYS_unlinkat;
#define CALL (int)(kind == 'N' ? syscall(call, folder, path, second_folder, second) \
  : kind == 'L' ? syscall(call, folder, path, second_folder, second, flags) : syscall(call, folder, path, flags))
  if (!inside(full) && !(second && inside(other))) return CALL;
  BEGIN(kind);
  FAIL_IF_TOLD
  int done = CALL;
  if (done == 0) record(kind, operation, 0, full, other, NULL, 0);
  END;
  return done;
}
int rename(const char *from, const char *to) { return named('N', AT_FDCWD, from, AT_FDCWD, to, 0); }
int renameat(int folder, const char *from, int other, const char *to) { return named('N', folder, from, other, to, 0); }
int link(const char *from, const char *to) { return named('L', AT_FDCWD, from, AT_FDCWD, to, 0); }
int linkat(int folder, const char *from, int other, const char *to, int flags) { return named('L', folder, from, other, to, flags); }
int unlink(const char *path) { return named('U', AT_FDCWD, path, 0, NULL, 0); }
int unlinkat(int folder, const char *path, int flags) { return named(flags & AT_REMOVEDIR ? 'D' : 'U', folder, path, 0, NULL, flags); }
int rmdir(const char *path) { return named('D', AT_FDCWD, path, 0, NULL, AT_REMOVEDIR); }
int mkdir(const char *path, mode_t mode) { return named('M', AT_FDCWD, path, 0, NULL, (int)mode); }
int mkdirat(int folder, const char *path, mode_t mode) { return named('M', folder, path, 0, NULL, (int)mode); }

void *mmap(void *address, size_t length, int protection, int flags, int descriptor, off_t offset) {
  start();
  if (!watched(descriptor)) return (void *)syscall(SYS_mmap, address, length, protection, flags, descriptor, offset);
  BEGIN('P');
  if (what > 0) {
    pthread_mutex_unlock(&lock);
    errno = what;
    return MAP_FAILED;
  }
  void *made = (void *)syscall(SYS_mmap, address, length, protection, flags, descriptor, offset);
  if (made != MAP_FAILED) record('P', operation, 0, paths[descriptor], "", NULL, (uint32_t)length);
  END;
  return made;
}
void *mmap64(void *address, size_t length, int protection, int flags, int descriptor, off64_t offset) {
  return mmap(address, length, protection, flags, descriptor, offset);
}
