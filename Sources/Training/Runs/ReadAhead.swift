// ReadAhead.swift -- batches that will be asked for, made by threads of their own while the network computes.

import Base
import Glibc

/// Batches that will be asked for, made by threads of their own while the network computes.
///
/// Which batch has a number depends on that number alone, so how many threads there are changes nothing. At most ``mostBytes`` of
/// batches are held or being made.
///
/// `@unchecked Sendable`: everything that changes is read and written under the lock.
@safe final class ReadAhead<Batch: Sendable>: @unchecked Sendable {
  private let make: @Sendable (Int) throws(EngramError) -> Batch
  private let end: Int
  /// Batches after the one that is wanted that may be held or made.
  private let depth: Int
  private var next: Int
  private var wanted: Int
  private var ready: [Int: Result<Batch, EngramError>] = [:]
  private var isStopped = false
  private var threads: [pthread_t] = []
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  /// Bytes of batches that are held or being made at a time: 1 GiB.
  private static var mostBytes: Int { 1 << 30 }

  /// Begins to make batches.
  ///
  /// - Parameters:
  ///   - numbers: Those that will be asked for, in order.
  ///   - bytes: Of one batch.
  ///   - count: How many threads make them; with 0 each is made when it is asked for.
  ///   - make: Makes the batch of a number; called by several threads at a time.
  init(
    _ numbers: Range<Int>, bytes: Int, threads count: Int,
    _ make: @escaping @Sendable (Int) throws(EngramError) -> Batch
  ) {
    self.make = make
    (next, wanted, end) = (numbers.lowerBound, numbers.lowerBound, numbers.upperBound)
    depth = max(1, min(count + 1, Self.mostBytes / max(1, bytes)))
    // SAFETY (here and below): both are allocated for one element, initialised here, and freed after every thread has ended.
    unsafe pthread_mutex_init(lock, nil)
    unsafe pthread_cond_init(changed, nil)
    for _ in 0..<min(count, depth, numbers.count) {
      var thread = pthread_t()
      let own = unsafe Unmanaged<AnyObject>.passRetained(Worker { self.work() })
      let status = unsafe pthread_create(
        &thread, nil,
        { argument in
          guard let argument = unsafe argument else { return nil }
          (unsafe Unmanaged<AnyObject>.fromOpaque(argument).takeRetainedValue() as? Worker)?.body()
          return nil
        }, own.toOpaque())
      if status == 0 { threads.append(thread) } else { unsafe own.release() }
    }
  }

  deinit {
    unsafe pthread_cond_destroy(changed)
    unsafe pthread_mutex_destroy(lock)
    unsafe changed.deallocate()
    unsafe lock.deallocate()
  }

  /// The batch of a number; they are taken in order.
  ///
  /// - Throws: ``EngramError`` with what is wrong with the data.
  func batch(_ number: Int) throws(EngramError) -> Batch {
    if threads.isEmpty { return try make(number) }
    unsafe pthread_mutex_lock(lock)
    while ready[number] == nil { unsafe pthread_cond_wait(changed, lock) }
    let made = ready.removeValue(forKey: number)
    wanted = number + 1
    unsafe pthread_cond_broadcast(changed)
    unsafe pthread_mutex_unlock(lock)
    guard let made else { throw EngramError(.io, "a batch was not made") }
    return try made.get()
  }

  /// Ends the threads; a batch that is being made is waited for.
  func stop() {
    unsafe pthread_mutex_lock(lock)
    isStopped = true
    unsafe pthread_cond_broadcast(changed)
    unsafe pthread_mutex_unlock(lock)
    for thread in threads { pthread_join(thread, nil) }
    threads = []
  }

  /// What a thread does: one batch after the other, until there are enough ahead.
  private func work() {
    unsafe pthread_mutex_lock(lock)
    while !isStopped, next < end {
      guard next < wanted + depth else {
        unsafe pthread_cond_wait(changed, lock)
        continue
      }
      let number = next
      next += 1
      unsafe pthread_mutex_unlock(lock)
      let made: Result<Batch, EngramError>
      do throws(EngramError) {
        made = .success(try make(number))
      } catch {
        made = .failure(error)
      }
      unsafe pthread_mutex_lock(lock)
      ready[number] = made
      unsafe pthread_cond_broadcast(changed)
    }
    unsafe pthread_mutex_unlock(lock)
  }
}

/// What a thread gets, since a function of C cannot know which batches it is about.
private final class Worker: Sendable {
  let body: @Sendable () -> Void

  init(body: @escaping @Sendable () -> Void) { self.body = body }
}
