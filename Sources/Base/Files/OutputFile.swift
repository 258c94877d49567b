// OutputFile.swift -- a file that is written through a buffer and is there whole or not at all.

import Glibc

/// A file that is written through a buffer and is there whole or not at all.
///
/// A *replacement* is written beside its target, which it replaces in one step, with the same permissions, when it is
/// finished; until then the target is as it was. A target that is no regular file (a pipe, `/dev/stdout`) is written directly.
/// A *new* file has its name from the start, for it lies where nobody looks for whole files. Dropped without ``finish()``,
/// either leaves nothing.
package final class OutputFile {
  /// Where the bytes go.
  private enum Place {
    /// To what the path names, which keeps whatever it gets.
    case direct
    /// To a file that keeps its name.
    case new(DirectoryHandle, String)
    /// To a temporary file that gets its name at the end.
    case replacement(DirectoryHandle, temporary: String, name: String)
  }

  /// The path that the user named.
  package let path: String
  private let place: Place
  /// The open file, or -1 after the end.
  private var descriptor: Int32
  /// A file that was begun before a fork is the parent's.
  private let generation = ForkGate.generation
  /// Bytes not yet given to the system.
  private var pending: [UInt8] = []
  /// The offset of the first pending byte.
  private var pendingOffset = 0
  /// The end of what was written so far.
  private var end = 0

  /// Bytes gathered before the system is called: enough that the calls cost nothing beside the copying.
  private static let bufferSize = 1 << 20

  /// Whether something is at a path.
  package static func exists(at path: String) -> Bool {
    // SAFETY: the path is a C string for the time of the call.
    unsafe access(path, F_OK) == 0
  }

  /// Starts to write a file that will replace what is at a path.
  ///
  /// - Throws: ``EngramError`` with code `notFound` when the folder is not there, `usage` when it lies inside a store, `io`
  ///   when the system refuses.
  package convenience init(creating path: String) throws(EngramError) {
    var status = stat()
    // SAFETY: `status` is a valid place for the answer, and the path a C string for the time of the call.
    let found = unsafe stat(path, &status) == 0 ? FileStatus(status) : nil
    switch found?.kind {
    case nil, .file: break
    case .directory: throw EngramError(.io, "the output is a folder", file: path, mend: "name a file inside it")
    default:
      // SAFETY: as above.
      let opened = unsafe open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC)
      guard opened >= 0 else { throw .system("open the output", path) }
      self.init(path, .direct, opened)
      return
    }
    let target = found == nil ? path : Self.resolved(path)
    let slash = target.utf8.lastIndex(of: UInt8(ascii: "/"))
    let name = slash.map { String(target[target.utf8.index(after: $0)...]) } ?? target
    guard !name.isEmpty else {
      throw EngramError(.io, "the output is a folder", file: path, mend: "name a file inside it")
    }
    let folder: DirectoryHandle
    do throws(EngramError) {
      folder = try DirectoryHandle(opening: slash.map { String(target[...$0]) } ?? ".")
    } catch {
      guard error.code == .notFound else { throw error }
      throw EngramError(.notFound, "the folder of the output is not there", file: path, mend: "make the folder first")
    }
    if let store = StorePlace.enclosing(folder) { throw StorePlace.inside(store, path) }
    // Names have at most 255 bytes; a long one is cut to leave room for what is added.
    var begin = name[...]
    while begin.utf8.count > 200 { begin.removeLast() }
    let temporary = ".\(begin).partial-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    do throws(EngramError) {
      let opened = try folder.open(temporary, O_WRONLY | O_CREAT | O_EXCL)
      // Who may read what is replaced may read what replaces it, and nobody else; a file system without modes has none to keep.
      if found != nil { _ = fchmod(opened, status.st_mode & 0o777) }
      self.init(path, .replacement(folder, temporary: temporary, name: name), opened)
    } catch {
      var named = error
      named.file = path
      throw named
    }
  }

  /// Starts to write a new file of a directory.
  ///
  /// - Throws: Code `exists` when there is one, `diskFull`, `io`.
  package convenience init(_ name: String, in directory: DirectoryHandle) throws(EngramError) {
    self.init(
      directory.path(of: name), .new(directory, name), try directory.open(name, O_WRONLY | O_CREAT | O_EXCL))
  }

  private init(_ path: String, _ place: Place, _ descriptor: Int32) {
    self.path = path
    self.place = place
    self.descriptor = descriptor
    pending.reserveCapacity(Self.bufferSize)
  }

  deinit { abandon() }

  /// Where the next byte goes.
  package var offset: Int { pendingOffset + pending.count }
  /// The end of the file so far.
  package var byteCount: Int { max(end, offset) }

  /// Appends bytes at ``offset``.
  ///
  /// - Throws: ``EngramError`` with code `diskFull`, `limit` or `io`.
  package func write(_ bytes: RawSpan) throws(EngramError) {
    if pending.count + bytes.byteCount <= Self.bufferSize {
      // SAFETY: the span lends its bytes for the call.
      return unsafe bytes.withUnsafeBytes { unsafe pending.append(contentsOf: $0) }
    }
    try flush()
    try put(bytes)
    pendingOffset += bytes.byteCount
  }

  /// Appends bytes at ``offset``.
  ///
  /// - Throws: As ``write(_:)-(RawSpan)``.
  package func write(_ bytes: [UInt8]) throws(EngramError) {
    // SAFETY: a UInt8 has no padding, so all its bytes are initialised.
    try write(unsafe bytes.span.bytes)
  }

  /// Moves ``offset`` inside what was written, to write over it.
  ///
  /// - Throws: As ``write(_:)-(RawSpan)``.
  package func seek(to offset: Int) throws(EngramError) {
    guard offset != self.offset else { return }
    end = byteCount
    try flush()
    guard lseek(descriptor, offset, SEEK_SET) == offset else { throw .system("write the file", path, offset: offset) }
    pendingOffset = offset
  }

  /// Makes the file durable and closes it; a replacement gets its name.
  ///
  /// - Throws: ``EngramError`` with code `diskFull`, `limit` or `io`; the target is then as it was.
  package func finish() throws(EngramError) {
    precondition(descriptor >= 0, "a file is finished once")
    try flush()
    if case .direct = place {} else if fsync(descriptor) != 0 { throw .system("sync the file", path) }
    let closed = close(descriptor)
    descriptor = -1
    do throws(EngramError) {
      if closed != 0 { throw .system("close the file", path) }
      guard case .replacement(let folder, let temporary, let name) = place else { return }
      try folder.move(temporary, to: folder, as: name)
      // The name is in place; a folder that cannot be synchronised is no reason to call the writing failed.
      try? folder.sync()
    } catch {
      removeFile()
      throw error
    }
  }

  /// Stops and removes what was written; does nothing after ``finish()``.
  package func abandon() {
    guard descriptor >= 0 else { return }
    close(descriptor)
    descriptor = -1
    removeFile()
  }

  private func removeFile() {
    guard generation == ForkGate.generation else { return }
    switch place {
    case .direct: break
    case .new(let directory, let name), .replacement(let directory, let name, _): try? directory.remove(name)
    }
  }

  private func flush() throws(EngramError) {
    guard !pending.isEmpty else { return }
    var gathered: [UInt8] = []
    swap(&gathered, &pending)
    // SAFETY: a UInt8 has no padding, so all its bytes are initialised.
    try put(unsafe gathered.span.bytes)
    pendingOffset += gathered.count
    gathered.removeAll(keepingCapacity: true)
    swap(&gathered, &pending)
  }

  private func put(_ bytes: RawSpan) throws(EngramError) {
    precondition(descriptor >= 0, "nothing is written after the end")
    var done = 0
    while done < bytes.byteCount {
      // SAFETY: write reads at most `count - done` bytes from `base + done` on, inside the buffer that the span lends.
      let put = unsafe bytes.withUnsafeBytes { bytes in
        unsafe Glibc.write(descriptor, bytes.baseAddress.map { unsafe $0 + done }, bytes.count - done)
      }
      if put > 0 {
        done += put
      } else if put == 0 || errno != EINTR {
        throw .system("write the file", path, offset: pendingOffset + done, number: put == 0 ? EIO : errno)
      }
    }
  }

  /// The path with symbolic links followed, or the path itself where the system does not say.
  private static func resolved(_ path: String) -> String {
    // SAFETY: realpath returns nil or a C string of its own, which is copied and then freed.
    guard let text = unsafe realpath(path, nil) else { return path }
    defer { unsafe free(text) }
    return unsafe String(cString: text)
  }
}
