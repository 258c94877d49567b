// FullDisk.swift -- a disk without room, as SQLite sees it in all of a process; for tests that have one of their own.

import CSQLite
import CSQLiteGuard
import Glibc

/// A disk without room, as SQLite sees it in all of this process: nothing can be written.
package enum FullDisk {
  /// Begins to refuse what is written.
  package static func begin() {
    _ = engram_sqlite_guard()
    let write: @convention(c) (Int32, UnsafeRawPointer?, Int, off_t) -> Int = { _, _, _, _ in
      errno = ENOSPC
      return -1
    }
    // SAFETY: SQLite calls it as the function of that name, whose type it has.
    route(unsafe unsafeBitCast(write, to: sqlite3_syscall_ptr.self))
  }

  /// There is room again.
  package static func end() { route(nil) }

  /// Gives SQLite another function that writes; nil is the system's own.
  private static func route(_ function: sqlite3_syscall_ptr?) {
    guard let layer = unsafe sqlite3_vfs_find("unix") else { return }
    for name in ["pwrite", "pwrite64"] { _ = unsafe layer.pointee.xSetSystemCall(layer, name, function) }
  }
}
