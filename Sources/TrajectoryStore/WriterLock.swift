// WriterLock.swift -- one writer at a time; the kernel frees the lock of a writer that dies.

import Base
import Glibc

/// The lock of the one writer of a store, held as long as the value lives.
///
/// It is an exclusive `flock` on the file `lock`, whose text says who holds it. The kernel drops the lock with the
/// process, so a killed writer blocks nobody. Somebody may remove the file all the same; then the next writer locks
/// another file, so a writer asks ``requireHeld()`` before what it does counts.
struct WriterLock: ~Copyable {
  /// How often a waiting writer looks again, in microseconds.
  private static let pollInterval: UInt32 = 20_000

  /// How often even a writer who does not want to wait looks: ``isHeld(in:)`` holds the lock for an instant.
  private static let fewestAttempts = 3

  private let root: DirectoryHandle
  private let descriptor: Int32
  /// Which file is locked.
  private let status: FileStatus
  /// A child of fork does not have the lock.
  private let generation = ForkGate.generation

  /// Takes the lock, waiting for another writer.
  ///
  /// - Parameters:
  ///   - root: The folder of the store; the lock file is made where it is missing and never removed.
  ///   - operation: What the holder is about to do, for the error that another writer may get.
  ///   - seconds: How long to wait.
  ///   - work: Whether to stop; asked while it waits.
  /// - Throws: ``EngramError`` with code `busy` naming the holder when the time is over, `cancelled` when asked to
  ///   stop, `unsupported` on a network file system, `corrupt` when something else has the name of the lock, `io` when the
  ///   directory cannot be written.
  init(
    in root: DirectoryHandle, operation: String, waitingUpTo seconds: Double, work: WorkContext
  ) throws(EngramError) {
    self.root = root
    (descriptor, status) = try Self.take(in: root, waitingUpTo: seconds, work)
    ForkGate.closeInChildren(descriptor)
    write("process \(getpid()) on \(Self.hostName()): \(operation)\n")
  }

  deinit {
    // In a child of fork the lock is the parent's, and the descriptor is closed.
    guard generation == ForkGate.generation else { return }
    write("")
    ForkGate.keepInChildren(descriptor)
    // A process that was forked at this moment may have the descriptor too; closing ours would leave it locked.
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }

  /// Refuses to go on when the lock file is no longer the one that is locked: another writer may be at work.
  ///
  /// - Throws: Code `busy`.
  borrowing func requireHeld() throws(EngramError) {
    guard generation == ForkGate.generation else {
      throw EngramError(
        .usage, "the writer's turn belongs to the process before the fork", file: root.path(of: StoreFolder.lock),
        mend: "begin the write again in the new process")
    }
    if try root.status(of: StoreFolder.lock)?.isSameFile(as: status) == true { return }
    throw EngramError(
      .busy, "the writer's lock was removed while this process was writing", file: root.path(of: StoreFolder.lock),
      mend: "run the command again, and leave that file alone: a lock of a dead process holds nobody up")
  }

  /// Says in the file who holds the lock.
  ///
  /// Only the holder writes it, so a torn text can only mislead the reader of an error message. A file that has a second
  /// name somewhere else is left as it is.
  private borrowing func write(_ text: String) {
    guard status.nameCount == 1 else { return }
    let bytes = Array(text.utf8)
    ftruncate(descriptor, 0)
    // SAFETY: the array lends its bytes for the call.
    _ = unsafe pwrite(descriptor, bytes, bytes.count, 0)
  }

  /// Opens the lock file and locks it, again when somebody has removed the file meanwhile.
  private static func take(
    in root: DirectoryHandle, waitingUpTo seconds: Double, _ work: WorkContext
  ) throws(EngramError) -> (Int32, FileStatus) {
    try NetworkStoreRule.check(root.networkFileSystem, path: root.path)
    let deadline = MonotonicClock.seconds + seconds
    var attempts = 0
    while true {
      let opened = try open(in: root)
      do throws(EngramError) {
        try wait(for: opened, in: root, until: deadline, seconds, &attempts, work)
        let locked = try FileStatus(of: opened, path: root.path(of: StoreFolder.lock))
        if try root.status(of: StoreFolder.lock)?.isSameFile(as: locked) == true { return (opened, locked) }
      } catch {
        close(opened)
        throw error
      }
      close(opened)
    }
  }

  private static func open(in root: DirectoryHandle) throws(EngramError) -> Int32 {
    do throws(EngramError) {
      return try root.open(StoreFolder.lock, O_RDWR | O_CREAT)
    } catch {
      guard error.code == .io else { throw error }
      var explained = error
      explained.mend =
        "a store is written by somebody who may write in its directory; to read it, no lock is needed"
      throw explained
    }
  }

  /// Locks an open file, waiting for whoever has locked it.
  private static func wait(
    for opened: Int32, in root: DirectoryHandle, until deadline: Double, _ seconds: Double, _ attempts: inout Int,
    _ work: WorkContext
  ) throws(EngramError) {
    let path = root.path(of: StoreFolder.lock)
    while flock(opened, LOCK_EX | LOCK_NB) != 0 {
      guard errno == EWOULDBLOCK || errno == EINTR else { throw .system("take the writer's lock", path) }
      attempts += 1
      let cancelled = work.isCancelled()
      if cancelled || (MonotonicClock.seconds >= deadline && attempts >= fewestAttempts) {
        let holder = text(of: opened)
        throw EngramError(
          cancelled ? .cancelled : .busy, "another process is writing to this store", file: path,
          expected: "the lock within \(seconds) s", found: holder.isEmpty ? "an unnamed holder" : "held by \(holder)",
          mend: "wait for it to end and try again; readers are not affected")
      }
      usleep(pollInterval)
    }
  }

  /// Whether somebody writes at this moment.
  ///
  /// - Throws: Code `corrupt` when something else has the name of the lock.
  static func isHeld(in root: DirectoryHandle) throws(EngramError) -> Bool {
    guard try root.status(of: StoreFolder.lock) != nil else { return false }
    let opened: Int32
    do throws(EngramError) {
      opened = try root.open(StoreFolder.lock, O_RDONLY)
    } catch {
      if error.code == .corrupt { throw error }
      return false
    }
    defer { close(opened) }
    // A shared lock is let go at once; a writer who comes at this very instant looks again a moment later.
    guard flock(opened, LOCK_SH | LOCK_NB) == 0 else { return errno == EWOULDBLOCK }
    flock(opened, LOCK_UN)
    return false
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
