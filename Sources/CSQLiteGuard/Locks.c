/* Locks.c -- SQLite's file locks as open file description locks; see CSQLiteGuard.h. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "CForkGate.h"
#include "Guard.h"

/* Where SQLite locks the database file; what lies below are locks of the index of the write-ahead log. */
static const off_t FIRST_DATABASE_LOCK = 0x40000000;

/* A file that is or was locked. SQLite has one descriptor of an index in a process, and several of a database. */
typedef struct locked_file {
  dev_t device;
  ino_t number;
  /* SQLite's descriptor of an index; -1 for a database. */
  int index;
  /* The descriptor that has the locks. */
  int descriptor;
  struct locked_file *next;
} locked_file;

static locked_file *files;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int (*system_close)(int);

/* Opens the file of a descriptor once more. */
static int open_again(int descriptor) {
  char path[40];
  snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
  /* Another connection may write where this one only reads. */
  int opened = open(path, O_RDWR | O_CLOEXEC);
  if (opened < 0 && (errno == EACCES || errno == EROFS || errno == EPERM)) opened = open(path, O_RDONLY | O_CLOEXEC);
  return opened;
}

/* The link to a file in the list, or to the end of it. */
static locked_file **find(int descriptor, int is_index, const struct stat *status) {
  locked_file **place = &files;
  for (; *place; place = &(*place)->next) {
    const locked_file *file = *place;
    if (is_index ? file->index == descriptor
                 : file->index < 0 && file->device == status->st_dev && file->number == status->st_ino)
      break;
  }
  return place;
}

static void drop(locked_file **place) {
  locked_file *file = *place;
  *place = file->next;
  /* A child of fork that has not closed it yet has the same locks, so closing alone would not end them. */
  struct flock all = {.l_type = F_UNLCK, .l_whence = SEEK_SET};
  fcntl(file->descriptor, F_OFD_SETLK, &all);
  if (file->descriptor != file->index) system_close(file->descriptor);
  free(file);
}

/* The descriptor that has the locks of a file, opened where there is none and `makes` is set.
 *
 * Returns -1 with errno, or -2 when there is none and none was to be made. */
static int lock_descriptor(int descriptor, int is_index, int makes) {
  struct stat status = {0};
  if (!is_index && fstat(descriptor, &status) != 0) return -1;
  locked_file **place = find(descriptor, is_index, &status);
  if (*place) return (*place)->descriptor;
  if (!makes) return -2;
  int opened = open_again(descriptor);
  /* Without /proc, or a descriptor to spare, SQLite's own does as well: SQLite keeps it open while its file is locked. What
   * is lost is that a child of fork lets go of the lock of a parent that is killed. */
  if (opened < 0) opened = descriptor;
  locked_file *file = malloc(sizeof *file);
  if (!file) {
    if (opened != descriptor) system_close(opened);
    errno = ENOMEM;
    return -1;
  }
  *file = (locked_file){status.st_dev, status.st_ino, is_index ? descriptor : -1, opened, NULL};
  *place = file;
  return opened;
}

/* Whether this SQLite was in use before its locks were routed here. */
static int was_in_use;

/* Unlocks what is not known here: a POSIX lock that SQLite took before, or nothing. */
static int unlock_older(int descriptor, int command, struct flock *request) {
  return was_in_use ? fcntl(descriptor, command, request) : 0;
}

static int lock_file(int descriptor, int command, struct flock *request) {
  int is_whole = request->l_start == 0 && request->l_len == 0;
  int is_index = !is_whole && request->l_start < FIRST_DATABASE_LOCK;
  int ofd_command = command == F_SETLK ? F_OFD_SETLK : command == F_SETLKW ? F_OFD_SETLKW : F_OFD_GETLK;
  request->l_pid = 0;
  pthread_mutex_lock(&lock);
  if (request->l_type == F_UNLCK && is_whole) {
    struct stat status;
    int found_any = 0;
    if (fstat(descriptor, &status) == 0) {
      locked_file **place = find(descriptor, 0, &status);
      found_any = *place != NULL;
      if (found_any) drop(place);
    }
    pthread_mutex_unlock(&lock);
    return found_any ? 0 : unlock_older(descriptor, command, request);
  }
  int found = lock_descriptor(descriptor, is_index, request->l_type != F_UNLCK && command != F_GETLK);
  int number = errno;
  pthread_mutex_unlock(&lock);
  if (found == -2 && request->l_type == F_UNLCK) return unlock_older(descriptor, command, request);
  if (found == -1) {
    errno = number;
    return -1;
  }
  /* SQLite takes care that no other thread unlocks the same file meanwhile. */
  return fcntl(found == -2 ? descriptor : found, ofd_command, request);
}

static int guarded_fcntl(int descriptor, int command, ...) {
  va_list arguments;
  va_start(arguments, command);
  void *argument = va_arg(arguments, void *);
  va_end(arguments);
  if (command == F_SETLK || command == F_SETLKW || command == F_GETLK) return lock_file(descriptor, command, argument);
  return fcntl(descriptor, command, argument);
}

static int guarded_close(int descriptor) {
  pthread_mutex_lock(&lock);
  locked_file **place = find(descriptor, 1, NULL);
  if (*place) drop(place);
  pthread_mutex_unlock(&lock);
  return system_close(descriptor);
}

/* In a child of fork, files are on other disks than those that SQLite remembers, and so are other files. */
static void disguise(struct stat *status) { status->st_dev ^= (dev_t)(engram_fork_generation() << 40); }

static int guarded_fstat(int descriptor, struct stat *status) {
  int result = fstat(descriptor, status);
  if (result == 0) disguise(status);
  return result;
}

static int guarded_stat(const char *path, struct stat *status) {
  int result = stat(path, status);
  if (result == 0) disguise(status);
  return result;
}

static void before_fork(void) { pthread_mutex_lock(&lock); }
static void in_parent(void) { pthread_mutex_unlock(&lock); }
static void in_child(void) {
  /* The parent's locks are the parent's: closing these here leaves them. */
  while (files) {
    locked_file *file = files;
    files = file->next;
    if (file->descriptor != file->index) system_close(file->descriptor);
    free(file);
  }
  pthread_mutex_unlock(&lock);
}

/* Whether this system and the disk of temporary files have such locks. */
static int has_locks(void) {
  int descriptor = memfd_create("engram-locks", MFD_CLOEXEC);
  if (descriptor < 0) return 0;
  struct flock request = {.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_len = 1};
  int result = fcntl(descriptor, F_OFD_SETLK, &request);
  close(descriptor);
  return result == 0;
}

int engram_guard_locks(int is_in_use) {
  was_in_use = is_in_use;
  if (!has_locks()) return 0;
  sqlite3_vfs *vfs = sqlite3_vfs_find("unix");
  if (!vfs || vfs->iVersion < 3 || !vfs->xSetSystemCall) return 0;
  system_close = (int (*)(int))vfs->xGetSystemCall(vfs, "close");
  if (!system_close) return 0;
  engram_fork_add_hooks(before_fork, in_parent, in_child);
  return vfs->xSetSystemCall(vfs, "close", (sqlite3_syscall_ptr)guarded_close) == SQLITE_OK &&
         vfs->xSetSystemCall(vfs, "stat", (sqlite3_syscall_ptr)guarded_stat) == SQLITE_OK &&
         vfs->xSetSystemCall(vfs, "fstat", (sqlite3_syscall_ptr)guarded_fstat) == SQLITE_OK &&
         vfs->xSetSystemCall(vfs, "fcntl", (sqlite3_syscall_ptr)guarded_fcntl) == SQLITE_OK;
}
