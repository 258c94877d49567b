// OutputFile.swift -- a file that appears under its name only when it is whole.

import Glibc

/// A file being written beside its target, which it replaces in one step when it is finished.
///
/// Until ``finish()`` the target is as it was. A target that is no regular file (a pipe, `/dev/stdout`) is written directly.
/// Dropped without ``finish()``, it leaves nothing.
package final class OutputFile {
  /// The path that the user named.
  package let path: String
  /// The target with symbolic links followed.
  private let target: String
  /// Where the bytes go until the end; nil when they go to the target directly.
  private let temporary: String?
  /// The open file, or -1 after the end.
  private var descriptor: Int32
  /// Bytes not yet given to the system.
  private var pending: [UInt8] = []
  /// The offset of the first pending byte.
  private var pendingOffset = 0
  /// The end of what was written so far.
  private var end = 0

  /// Bytes gathered before the system is called.
  private static let bufferSize = 256 << 10

  /// Starts writing.
  ///
  /// - Throws: ``EngramError`` with code `notFound` when the folder is not there, `io` when the system refuses.
  package init(creating path: String) throws(EngramError) {
    var status = stat()
    let isThere = unsafe stat(path, &status) == 0
    let isDirect = isThere && status.st_mode & S_IFMT != S_IFREG && status.st_mode & S_IFMT != S_IFDIR
    let target = isThere ? Self.resolved(path) : path
    let slash = target.utf8.lastIndex(of: UInt8(ascii: "/")).map { target.utf8.index(after: $0) } ?? target.startIndex
    let name = "\(target[..<slash]).\(target[slash...]).partial-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    guard !isThere || status.st_mode & S_IFMT != S_IFDIR, !target[slash...].isEmpty else {
      throw EngramError(.io, "the output is a folder", file: path, mend: "name a file inside it")
    }
    let flags = isDirect ? O_WRONLY : O_WRONLY | O_CREAT | O_EXCL
    let descriptor = unsafe open(isDirect ? target : name, flags | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      let reason = errno
      throw EngramError(
        reason == ENOENT ? .notFound : Self.code(reason), "the output file cannot be made", file: path,
        found: systemMessage(reason), mend: reason == ENOENT ? "make the folder first" : nil)
    }
    self.path = path
    self.target = target
    self.temporary = isDirect ? nil : name
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
  /// - Throws: ``EngramError`` with code `diskFull` or `io`.
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
    guard lseek(descriptor, offset, SEEK_SET) == offset else { throw failed(errno, "moved in") }
    pendingOffset = offset
  }

  /// Makes the file durable and puts it under its name.
  ///
  /// - Throws: ``EngramError`` with code `diskFull` or `io`; the target is then as it was.
  package func finish() throws(EngramError) {
    precondition(descriptor >= 0, "a file is finished once")
    try flush()
    if temporary != nil, fsync(descriptor) != 0 { throw failed(errno, "made durable") }
    let closed = close(descriptor)
    let reason = errno
    descriptor = -1
    if closed != 0 {
      removeTemporary()
      throw failed(reason, "closed")
    }
    guard let temporary else { return }
    guard unsafe rename(temporary, target) == 0 else {
      let reason = errno
      removeTemporary()
      throw failed(reason, "put under its name")
    }
    let slash = target.utf8.lastIndex(of: UInt8(ascii: "/"))
    let folder = unsafe open(slash.map { target[...$0] + "." } ?? ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    // The name is in place; a folder that cannot be synchronised is no reason to call the export failed.
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
  }

  /// Stops and removes what was written.
  package func abandon() {
    guard descriptor >= 0 else { return }
    close(descriptor)
    descriptor = -1
    removeTemporary()
  }

  private func removeTemporary() {
    if let temporary { _ = unsafe unlink(temporary) }
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
    // SAFETY: write reads at most `count - done` bytes from `base + done` on, inside the buffer that the span lends.
    let reason: Int32 = unsafe bytes.withUnsafeBytes { bytes in
      var done = 0
      while done < bytes.count {
        let put = unsafe Glibc.write(descriptor, bytes.baseAddress.map { unsafe $0 + done }, bytes.count - done)
        if put < 0, errno == EINTR { continue }
        if put <= 0 { return put < 0 ? errno : EIO }
        done += put
      }
      return 0
    }
    guard reason == 0 else { throw failed(reason, "written") }
  }

  private func failed(_ reason: Int32, _ verb: String) -> EngramError {
    let code = Self.code(reason)
    return EngramError(
      code, "the output file cannot be \(verb)", file: path, offset: offset, found: systemMessage(reason),
      mend: code == .diskFull ? "free some space or choose another disk" : nil)
  }

  private static func code(_ reason: Int32) -> EngramError.Code {
    reason == ENOSPC || reason == EDQUOT ? .diskFull : .io
  }

  /// The path with symbolic links followed, or the path itself where the system does not say.
  private static func resolved(_ path: String) -> String {
    // SAFETY: realpath returns nil or a C string of its own, which is copied and then freed.
    guard let text = unsafe realpath(path, nil) else { return path }
    defer { unsafe free(text) }
    return unsafe String(cString: text)
  }
}
