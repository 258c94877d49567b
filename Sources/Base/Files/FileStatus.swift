// FileStatus.swift -- what the system says of a file: its kind, its size, and which file it is.

import Glibc

/// What the system says of a file: its kind, its size, and which file it is.
package struct FileStatus: Sendable, Hashable {
  /// The kinds of things that have names.
  package enum Kind: String, Sendable {
    case file = "a regular file"
    case directory = "a folder"
    case link = "a symbolic link"
    case pipe = "a pipe"
    case other = "a device or a socket"
  }

  /// What it is.
  package let kind: Kind
  /// Its length.
  package let byteCount: Int
  /// How many names it has.
  package let nameCount: Int
  /// When its contents changed last, in nanoseconds since 1970.
  package let modified: Int
  /// The disk it is on and its number there.
  private let device, number: UInt

  /// Reads the answer of the system.
  init(_ status: stat) {
    kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .file
      case S_IFDIR: .directory
      case S_IFLNK: .link
      case S_IFIFO: .pipe
      default: .other
      }
    byteCount = Int(status.st_size)
    nameCount = Int(status.st_nlink)
    modified = status.st_mtim.tv_sec &* 1_000_000_000 &+ status.st_mtim.tv_nsec
    (device, number) = (UInt(status.st_dev), UInt(status.st_ino))
  }

  /// What an open file is.
  ///
  /// - Throws: Code `io`.
  package init(of descriptor: Int32, path: String) throws(EngramError) {
    var status = stat()
    // SAFETY: `status` is a valid place for the answer.
    guard unsafe fstat(descriptor, &status) == 0 else { throw .system("look at the file", path) }
    self.init(status)
  }

  /// Whether both are one file, by whatever names.
  package func isSameFile(as other: FileStatus) -> Bool { device == other.device && number == other.number }
}
