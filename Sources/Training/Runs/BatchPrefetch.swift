// BatchPrefetch.swift -- batches of the steps ahead, made by threads of their own while the network computes.

import Base
import Glibc

/// Batches of the steps ahead, made by threads of their own while the network computes.
///
/// Which batch a step has depends on its number alone, so the number of threads changes nothing. At most ``mostBytes`` of batches
/// are held or being made.
///
/// `@unchecked Sendable`: everything that changes is read and written under the lock.
@safe final class BatchPrefetch: @unchecked Sendable {
  private let task: any TrainingTask
  private let end: Int
  /// Steps ahead of the one that is wanted whose batches may be held or made.
  private let depth: Int
  private var order: StimulusOrder
  private var next: Int
  private var wanted: Int
  private var ready: [Int: Result<ImageBatch, EngramError>] = [:]
  private var isStopped = false
  private var threads: [pthread_t] = []
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  /// Bytes of batches that are held or being made at a time: 1 GiB.
  private static let mostBytes = 1 << 30

  /// Begins to make the batches of some steps.
  init(_ task: any TrainingTask, order: StimulusOrder, steps: Range<Int>, batchSize: Int, threads count: Int) {
    self.task = task
    self.order = order
    (next, wanted, end) = (steps.lowerBound, steps.lowerBound, steps.upperBound)
    // A contrastive batch has two views of each image.
    let bytes = 8 * max(1, task.image.count * batchSize)
    depth = max(1, min(count + 1, Self.mostBytes / bytes))
    // SAFETY (here and below): both are allocated for one element, initialised here, and freed after every thread has ended.
    unsafe pthread_mutex_init(lock, nil)
    unsafe pthread_cond_init(changed, nil)
    for _ in 0..<max(1, min(count, depth)) {
      var thread = pthread_t()
      let own = unsafe Unmanaged.passRetained(self)
      let status = unsafe pthread_create(
        &thread, nil,
        { argument in
          guard let argument = unsafe argument else { return nil }
          unsafe Unmanaged<BatchPrefetch>.fromOpaque(argument).takeRetainedValue().work()
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

  /// The batch of a step; steps are taken in order.
  ///
  /// - Throws: ``EngramError`` with what is wrong with the data.
  func batch(ofStep step: Int) throws(EngramError) -> ImageBatch {
    if threads.isEmpty {
      let (stimuli, seed) = order.stimuli(ofStep: step)
      return try task.training(stimuli, seed: seed)
    }
    unsafe pthread_mutex_lock(lock)
    while ready[step] == nil { unsafe pthread_cond_wait(changed, lock) }
    let made = ready.removeValue(forKey: step)
    wanted = step + 1
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
      let step = next
      next += 1
      let (stimuli, seed) = order.stimuli(ofStep: step)
      unsafe pthread_mutex_unlock(lock)
      let made: Result<ImageBatch, EngramError>
      do throws(EngramError) {
        made = .success(try task.training(stimuli, seed: seed))
      } catch {
        made = .failure(error)
      }
      unsafe pthread_mutex_lock(lock)
      ready[step] = made
      unsafe pthread_cond_broadcast(changed)
    }
    unsafe pthread_mutex_unlock(lock)
  }
}
