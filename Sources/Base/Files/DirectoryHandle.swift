// DirectoryHandle.swift -- an open directory, whose contents are reached by name and never through a link.

import Glibc

/// An open directory, whose contents are reached by name and never through a link.
///
/// A directory that came from somebody else may hold anything: links to the files of whoever opens it, pipes that keep a
/// reader waiting for ever. So what lies in it is reached by *one* name relative to the open directory, a link there is
/// refused, and only regular files are opened. One name at a time needs no more than `O_NOFOLLOW`; there is no path inside
/// in which `openat2` could find a link.
///
/// ```swift
/// let store = try DirectoryHandle(opening: path)     // the user's path, links and all
/// let segments = try store.directory("segments")     // refused if it is a link
/// let file = try InputFile("0f….seg", in: segments)  // refused if it is a link or a pipe
/// ```
package final class DirectoryHandle: Sendable {
  /// The path by which the user named it, for messages.
  package let path: String
  let descriptor: Int32

  /// Linux's `O_PATH`, which Glibc's module does not export.
  private static let pathOnly: Int32 = 0o10_000_000

  /// Opens a directory by a path of the user's choice, whose links are followed.
  ///
  /// - Throws: ``EngramError`` with code `notFound` when there is none, `io` when it is not a directory or the system
  ///   refuses.
  package convenience init(opening path: String) throws(EngramError) {
    guard !path.utf8.contains(0) else {
      throw EngramError(.usage, "the path holds a NUL character", file: path, mend: "check the path")
    }
    try self.init(AT_FDCWD, path, flags: 0, path: path)
  }

  /// Makes a directory where there is none, and opens it.
  package convenience init(making path: String) throws(EngramError) {
    guard unsafe mkdir(path, 0o777) == 0 || errno == EEXIST else { throw .system("make the folder", path) }
    try self.init(opening: path)
  }

  /// Removes an empty directory by its path.
  package static func removeEmpty(_ path: String) throws(EngramError) {
    guard unsafe rmdir(path) == 0 else { throw .system("remove the folder", path) }
  }

  private init(_ parent: Int32, _ name: String, flags: Int32, path: String) throws(EngramError) {
    let flags = flags | O_DIRECTORY | O_CLOEXEC
    // SAFETY (here and in all of this file): names and paths are C strings for the time of each call.
    var opened = unsafe openat(parent, name, O_RDONLY | flags)
    // What lies in a directory that may not be listed can still be opened by name.
    if opened < 0, errno == EACCES { opened = unsafe openat(parent, name, Self.pathOnly | flags) }
    guard opened >= 0 else { throw .system("open the folder", path) }
    descriptor = opened
    self.path = path
  }

  deinit { close(descriptor) }

  /// The path of something inside, for messages.
  package func path(of name: String) -> String { path.utf8.last == UInt8(ascii: "/") ? path + name : "\(path)/\(name)" }

  /// Where the directory lies now, without links.
  ///
  /// For what can only be named by a path, which is SQLite. It is this directory also when the user's path means another
  /// by now.
  ///
  /// - Throws: Code `notFound` when it has been removed.
  package func currentPath() throws(EngramError) -> String {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = unsafe readlink("/proc/self/fd/\(descriptor)", &buffer, buffer.count)
    var found = String(decoding: buffer.prefix(max(0, count)).map(UInt8.init(bitPattern:)), as: UTF8.self)
    if count <= 0, let resolved = unsafe realpath(path, nil) {
      found = unsafe String(cString: resolved)
      unsafe free(resolved)
    }
    var status = stat()
    guard unsafe lstat(found, &status) == 0,
      FileStatus(status).isSameFile(as: try FileStatus(of: descriptor, path: path))
    else {
      throw EngramError(.notFound, "the folder has been removed or moved", file: path, mend: "open it again")
    }
    return found
  }

  // MARK: Looking

  /// The network file system that holds the directory, or nil for a local one.
  package var networkFileSystem: NetworkFileSystem? { NetworkFileSystem(of: descriptor) }

  /// What has a name here, or nil when nothing has; a link is a link.
  package func status(of name: String) throws(EngramError) -> FileStatus? {
    var status = stat()
    if unsafe fstatat(descriptor, try checked(name), &status, AT_SYMLINK_NOFOLLOW) == 0 { return FileStatus(status) }
    if errno == ENOENT { return nil }
    throw .system("look at the file", path(of: name))
  }

  /// The names in the directory, sorted, without `.` and `..`.
  package func names() throws(EngramError) -> [String] {
    let listed = unsafe openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard listed >= 0 else { throw .system("list the folder", path) }
    guard let stream = unsafe fdopendir(listed) else {
      close(listed)
      throw .system("list the folder", path)
    }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      // SAFETY: `d_name` is a C string inside the entry, which lives until the next `readdir`.
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  // MARK: Opening

  /// Opens a directory inside.
  ///
  /// - Throws: Code `corrupt` when something else has that name, a link among it; `notFound`, `io`.
  package func directory(_ name: String) throws(EngramError) -> DirectoryHandle {
    if let status = try status(of: name), status.kind != .directory {
      throw stranger(name, status, expected: .directory)
    }
    return try DirectoryHandle(descriptor, try checked(name), flags: O_NOFOLLOW, path: path(of: name))
  }

  /// Opens a regular file inside; never waits for a pipe, never follows a link.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - flags: As for `open`; `O_CREAT` makes it with the permissions that the user's mask leaves.
  /// - Returns: The descriptor, which is the caller's to close.
  /// - Throws: Code `corrupt` when something else has that name; `notFound`, `exists`, `diskFull`, `io`.
  package func open(_ name: String, _ flags: Int32) throws(EngramError) -> Int32 {
    if let status = try status(of: name), status.kind != .file { throw stranger(name, status, expected: .file) }
    let opened = unsafe openat(descriptor, name, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY, 0o666)
    guard opened >= 0 else {
      throw .system(flags & O_CREAT == 0 ? "open the file" : "create the file", path(of: name))
    }
    do throws(EngramError) {
      let status = try FileStatus(of: opened, path: path(of: name))
      if status.kind != .file { throw stranger(name, status, expected: .file) }
    } catch {
      close(opened)
      throw error
    }
    return opened
  }

  // MARK: Changing

  /// Opens a directory inside, and makes it where there is none.
  ///
  /// - Throws: As ``directory(_:)``.
  package func directory(making name: String) throws(EngramError) -> DirectoryHandle {
    guard unsafe mkdirat(descriptor, try checked(name), 0o777) == 0 || errno == EEXIST else {
      throw .system("make the folder", path(of: name))
    }
    return try directory(name)
  }

  /// Removes a name; nothing to do when there is none.
  ///
  /// What a link points to stays.
  package func remove(_ name: String) throws(EngramError) {
    guard unsafe unlinkat(descriptor, try checked(name), 0) == 0 || errno == ENOENT else {
      throw .system("remove the file", path(of: name))
    }
  }

  /// Removes an empty directory inside.
  package func removeDirectory(_ name: String) throws(EngramError) {
    guard unsafe unlinkat(descriptor, try checked(name), AT_REMOVEDIR) == 0 else {
      throw .system("remove the folder", path(of: name))
    }
  }

  /// Renames within one disk, in one step; what had the new name is gone.
  package func move(_ name: String, to directory: DirectoryHandle, as newName: String) throws(EngramError) {
    guard unsafe renameat(descriptor, try checked(name), directory.descriptor, try checked(newName)) == 0 else {
      throw .system("rename the file to \(directory.path(of: newName))", path(of: name))
    }
  }

  /// Makes the names in the directory durable.
  package func sync() throws(EngramError) {
    guard fsync(descriptor) == 0 else { throw .system("sync the folder", path) }
  }

  /// Gives a regular file of another directory a second name here, or copies its bytes durably where that cannot be
  /// (another disk, another owner).
  ///
  /// - Throws: Code `corrupt` when it is not a regular file; `notFound`, `exists`, `diskFull`, `io`.
  package func linkOrCopy(_ name: String, from source: DirectoryHandle) throws(EngramError) {
    if let status = try source.status(of: name), status.kind != .file {
      throw source.stranger(name, status, expected: .file)
    }
    if unsafe linkat(source.descriptor, try checked(name), descriptor, name, 0) == 0 { return }
    guard [EXDEV, EPERM, EMLINK, EOPNOTSUPP].contains(errno) else {
      throw .system("link the file to \(path(of: name))", source.path(of: name))
    }
    let from = try source.open(name, O_RDONLY)
    defer { close(from) }
    let to = try open(name, O_WRONLY | O_CREAT | O_EXCL)
    defer { close(to) }
    while true {
      let copied = sendfile(to, from, nil, 1 << 24)
      if copied == 0 { break }
      guard copied > 0 || errno == EINTR else {
        throw .system("copy the file to \(path(of: name))", source.path(of: name))
      }
    }
    guard fsync(to) == 0 else { throw .system("sync the file", path(of: name)) }
  }

  // MARK: Refusing

  /// A name of one part, so that it means something in this directory and nowhere else.
  private func checked(_ name: String) throws(EngramError) -> String {
    let bytes = name.utf8
    guard !bytes.isEmpty, name != ".", name != "..", !bytes.contains(0), !bytes.contains(UInt8(ascii: "/")) else {
      throw EngramError(.corrupt, "this is not the name of a file", file: path, found: "'\(name)'")
    }
    return name
  }

  private func stranger(_ name: String, _ status: FileStatus, expected: FileStatus.Kind) -> EngramError {
    EngramError(
      .corrupt, "something else has the name of a part of the store", file: path(of: name),
      expected: expected.rawValue, found: status.kind.rawValue, mend: "remove it, and restore that part from a copy")
  }
}
