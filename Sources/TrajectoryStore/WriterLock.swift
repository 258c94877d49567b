// WriterLock.swift -- one writer at a time; the kernel frees the lock of a writer that dies.

import Base
import Glibc

/// The lock of the one writer of a store, held as long as the value lives.
///
/// It is an exclusive `flock` on the file `lock`, whose text says who holds it. The kernel drops the lock with the
/// process, so a killed writer blocks nobody.
struct WriterLock: ~Copyable {
  /// How often a waiting writer looks again, in microseconds.
  private static let pollInterval: UInt32 = 20_000

  /// How often even a writer who does not want to wait looks: ``isHeld(path:)`` holds the lock for an instant.
  private static let fewestAttempts = 3

  private let descriptor: Int32

  /// Takes the lock, waiting for another writer.
  ///
  /// - Parameters:
  ///   - path: The lock file; it is made where it is missing and never removed.
  ///   - operation: What the holder is about to do, for the error that another writer may get.
  ///   - seconds: How long to wait.
  ///   - work: Whether to stop; asked while it waits.
  /// - Throws: ``EngramError`` with code `busy` naming the holder when the time is over, `cancelled` when asked to
  ///   stop, `io` when the directory cannot be written.
  init(
    path: String, operation: String, waitingUpTo seconds: Double, work: WorkContext
  ) throws(EngramError) {
    let opened = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard opened >= 0 else {
      var error = FileSystem.failure("open the writer's lock", path)
      error.mend =
        error.mend ?? "a store is written by somebody who may write in its directory; to read it, no lock is needed"
      throw error
    }
    let deadline = Self.now() + seconds
    var attempts = 0
    while flock(opened, LOCK_EX | LOCK_NB) != 0 {
      let code = errno
      guard code == EWOULDBLOCK || code == EINTR else {
        close(opened)
        throw FileSystem.failure("take the writer's lock", path, errno: code)
      }
      attempts += 1
      if work.isCancelled() || (Self.now() >= deadline && attempts >= Self.fewestAttempts) {
        let holder = Self.text(of: opened)
        let cancelled = work.isCancelled()
        close(opened)
        throw EngramError(
          cancelled ? .cancelled : .busy, "another process is writing to this store", file: path,
          expected: "the lock within \(seconds) s", found: holder.isEmpty ? "an unnamed holder" : "held by \(holder)",
          mend: "wait for it to end and try again; readers are not affected")
      }
      usleep(Self.pollInterval)
    }
    descriptor = opened
    // Only the holder writes the text, so a torn one can only mislead the reader of an error message.
    let holder = Array("process \(getpid()) on \(Self.hostName()): \(operation)\n".utf8)
    ftruncate(descriptor, 0)
    _ = unsafe pwrite(descriptor, holder, holder.count, 0)
  }

  deinit {
    ftruncate(descriptor, 0)
    // A process that was forked meanwhile has the descriptor too until it calls exec; closing ours would leave it locked.
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }

  /// Whether somebody writes at this moment.
  static func isHeld(path: String) -> Bool {
    let opened = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard opened >= 0 else { return false }
    defer { close(opened) }
    // A shared lock is let go at once; a writer who comes at this very instant looks again a moment later.
    guard flock(opened, LOCK_SH | LOCK_NB) == 0 else { return errno == EWOULDBLOCK }
    flock(opened, LOCK_UN)
    return false
  }

  private static func now() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  private static func hostName() -> String {
    var name = [CChar](repeating: 0, count: 256)
    guard unsafe gethostname(&name, name.count - 1) == 0 else { return "this machine" }
    return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  private static func text(of descriptor: Int32) -> String {
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = unsafe pread(descriptor, &bytes, bytes.count, 0)
    guard count > 0 else { return "" }
    return String(decoding: bytes.prefix(count).prefix { $0 != 10 }, as: UTF8.self)
  }
}
