// DirectoryHandle+WriteRefusal.swift -- why nothing can be made in a directory.

import Glibc

extension DirectoryHandle {
  /// Linux's `O_TMPFILE`: a file without a name, which Glibc's module does not export.
  private static let nameless: Int32 = 0o20_000_000 | O_DIRECTORY

  /// Why nothing can be made in the directory, or nil when something can.
  package func refusalToWrite() -> WriteRefusal? {
    var made: Int32 = -1
    if unsafe faccessat(descriptor, ".", W_OK, AT_EACCESS) == 0 {
      // SAFETY: `.` is a C string for the time of both calls.
      made = unsafe openat(descriptor, ".", Self.nameless | O_WRONLY | O_CLOEXEC, 0o600)
    }
    if made >= 0 {
      close(made)
      return nil
    }
    switch errno {
    case EROFS: return .readOnlyDisk
    case EACCES, EPERM: return .permission
    case ENOSPC, EDQUOT: return .fullDisk
    default: return nil
    }
  }

  /// Why nothing can be made in a directory: on a full disk, not even an empty file.
  package enum WriteRefusal: Sendable { case readOnlyDisk, permission, fullDisk }
}
