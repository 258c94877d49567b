/* Reads.c -- a disk that fails to read is said to fail; SQLite calls it a damaged database. See CSQLiteGuard.h.
 *
 * SQLite answers SQLITE_CORRUPT when a read fails with EIO, as if the bytes were there and wrong (os_unix.c, unixRead), and
 * whoever believes it restores a copy over a database that is whole. So such a failure gets another number on its way
 * through SQLite, for which SQLite answers SQLITE_IOERR_READ.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <unistd.h>

#include "Guard.h"

static ssize_t told(ssize_t result) {
  if (result < 0 && (errno == EIO || errno == ENXIO || errno == ERANGE)) errno = ENGRAM_READ_FAILED;
  return result;
}

static ssize_t guarded_read(int descriptor, void *bytes, size_t count) { return told(read(descriptor, bytes, count)); }

static ssize_t guarded_pread(int descriptor, void *bytes, size_t count, off_t offset) {
  return told(pread(descriptor, bytes, count, offset));
}

void engram_guard_reads(void) {
  sqlite3_vfs *vfs = sqlite3_vfs_find("unix");
  if (!vfs || vfs->iVersion < 3 || !vfs->xSetSystemCall) return;
  vfs->xSetSystemCall(vfs, "read", (sqlite3_syscall_ptr)guarded_read);
  /* The second is there where offsets have 64 bits by another name. */
  vfs->xSetSystemCall(vfs, "pread", (sqlite3_syscall_ptr)guarded_pread);
  if (vfs->xGetSystemCall(vfs, "pread64")) vfs->xSetSystemCall(vfs, "pread64", (sqlite3_syscall_ptr)guarded_pread);
}
