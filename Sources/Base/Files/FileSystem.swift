// FileSystem.swift -- the few calls to the operating system that a store needs beside SQLite's and the segments'.

import Glibc

package enum FileSystem {
  /// The error of the last failed call, by its `errno`.
  package static func failure(_ action: String, _ path: String, errno code: Int32 = errno) -> EngramError {
    // SAFETY: `strerror` returns a C string that lives until the next call on this thread; it is copied at once.
    let reason = unsafe String(cString: strerror(code))
    switch code {
    case ENOSPC, EDQUOT:
      return EngramError(
        .diskFull, "cannot \(action): \(reason)", file: path,
        mend: "free some space on that disk and run the command again; the store holds its last commit")
    case ENOENT:
      return EngramError(.notFound, "cannot \(action): \(reason)", file: path, mend: "check the path")
    case EEXIST:
      return EngramError(.exists, "cannot \(action): \(reason)", file: path, mend: "choose another name")
    default:
      return EngramError(.io, "cannot \(action): \(reason)", file: path)
    }
  }

  package static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  /// The length of a file, 0 where there is none.
  package static func byteCount(of path: String) -> Int {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? Int(status.st_size) : 0
  }

  package static func makeDirectory(_ path: String) throws(EngramError) {
    guard unsafe mkdir(path, 0o777) == 0 else { throw failure("make the directory", path) }
  }

  /// The names in a directory, sorted, without `.` and `..`.
  package static func names(in path: String) throws(EngramError) -> [String] {
    guard let directory = unsafe opendir(path) else { throw failure("list the directory", path) }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      // SAFETY: `d_name` is a C string inside the entry, which lives until the next `readdir`.
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  package static func remove(_ path: String) throws(EngramError) {
    guard unsafe unlink(path) == 0 || errno == ENOENT else { throw failure("remove the file", path) }
  }

  package static func removeDirectory(_ path: String) throws(EngramError) {
    guard unsafe rmdir(path) == 0 else { throw failure("remove the directory", path) }
  }

  /// Renames within one file system, in one step, replacing nothing that matters.
  package static func move(_ from: String, to destination: String) throws(EngramError) {
    guard unsafe rename(from, destination) == 0 else { throw failure("rename the file to \(destination)", from) }
  }

  /// Makes the names in a directory durable.
  package static func syncDirectory(_ path: String) throws(EngramError) {
    let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY)
    guard descriptor >= 0 else { throw failure("open the directory", path) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw failure("sync the directory", path) }
  }

  /// Gives a file a second name, or copies its bytes durably where that cannot be (another disk, another owner).
  package static func linkOrCopy(_ from: String, to destination: String) throws(EngramError) {
    if unsafe link(from, destination) == 0 { return }
    guard errno == EXDEV || errno == EPERM || errno == EMLINK || errno == EOPNOTSUPP else {
      throw failure("link the file to \(destination)", from)
    }
    let source = unsafe open(from, O_RDONLY)
    guard source >= 0 else { throw failure("open the file", from) }
    defer { close(source) }
    let target = unsafe open(destination, O_WRONLY | O_CREAT | O_EXCL, 0o666)
    guard target >= 0 else { throw failure("create the file", destination) }
    defer { close(target) }
    while true {
      let copied = sendfile(target, source, nil, 1 << 24)
      if copied == 0 { break }
      guard copied > 0 || errno == EINTR else { throw failure("copy the file to \(destination)", from) }
    }
    guard fsync(target) == 0 else { throw failure("sync the file", destination) }
  }
}
