// ParallelForTests.swift -- every iteration runs once, and the first error by index is thrown.

import Base
import Glibc
import Synchronization
import Testing

@Suite struct ParallelForTests {
  @Test(arguments: [0, 1, 2, 3, 8, 50])
  func `every index runs once, on a worker below the number of threads`(threads: Int) throws {
    for count in [0, 1, 2, 7, 1000] {
      let seen = Mutex<[Int: Int]>([:])
      let workers = Mutex<Set<Int>>([])
      try parallelFor(count: count, work: WorkContext(threads: threads)) { index, worker in
        seen.withLock { $0[index, default: 0] += 1 }
        workers.withLock { _ = $0.insert(worker) }
      }
      #expect(seen.withLock { $0 } == Dictionary(uniqueKeysWithValues: (0..<count).map { ($0, 1) }))
      #expect(workers.withLock { $0.allSatisfy { $0 >= 0 && $0 < max(1, threads) } })
    }
  }

  @Test(arguments: [1, 2, 3, 8])
  func `the error of the lowest index is thrown`(threads: Int) {
    for _ in 0..<50 {
      let error = #expect(throws: EngramError.self) {
        try parallelFor(count: 500, work: WorkContext(threads: threads)) { (index, _) throws(EngramError) in
          if index >= 37 && index % 2 == 1 { throw EngramError(.corrupt, "iteration \(index)") }
        }
      }
      #expect(error?.message == "iteration 37")
    }
  }

  #if arch(x86_64)
  /// A product that is worked out where it is asked for.
  @inline(never) private static func product(_ first: Float, _ second: Float) -> Float { first * second }

  @Test(arguments: [1, 2, 4])
  func `small numbers are kept where the caller takes them for zero`(threads: Int) throws {
    var before = fenv_t()
    unsafe fegetenv(&before)
    var flushing = before
    // Flush to zero, and denormals are zeros.
    flushing.__mxcsr |= 0x8040
    unsafe fesetenv(&flushing)
    let small = Float(bitPattern: UInt32(1 + threads))
    let flushed = Self.product(small, Float(threads + 1))
    let kept = Mutex<[Float]>([])
    try parallelFor(count: 64, work: WorkContext(threads: threads)) { index, _ in
      let product = Self.product(small, Float(index + 2))
      usleep(100)
      kept.withLock { $0.append(product) }
    }
    let after = Self.product(small, Float(threads + 2))
    unsafe fesetenv(&before)
    #expect(kept.withLock { $0.allSatisfy { $0 > 0 } && $0.count == 64 })
    // The caller's own arithmetic is as it was.
    #expect(flushed == 0 && after == 0)
  }
  #endif

  @Test func `a thread that has done its part does that of the next loop`() throws {
    let seen = Mutex<Set<String>>([])
    for _ in 0..<100 {
      // Each of two threads waits for the other, so both do a part.
      let arrived = Atomic<Int>(0)
      try parallelFor(count: 2, work: WorkContext(threads: 2)) { _, worker in
        arrived.add(1, ordering: .relaxed)
        while arrived.load(ordering: .relaxed) < 2 { sched_yield() }
        if worker > 0 { seen.withLock { _ = $0.insert(Self.thread) } }
      }
    }
    // Other tests run loops meanwhile, so there may be some; one for each loop would be 100.
    #expect(seen.withLock { $0.count } < 50)
  }

  /// What the kernel calls this thread; no two ever have the same, unlike what `pthread_self` says.
  private static var thread: String {
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 100) { text in
      guard let start = text.baseAddress else { return "" }
      // SAFETY: the text has that much room.
      let count = unsafe readlink("/proc/thread-self", start, text.count)
      return unsafe String(decoding: text.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
  }

  @Test func `loops in loops, from several threads at once`() throws {
    let sum = Atomic<Int>(0)
    try parallelFor(count: 30, work: WorkContext(threads: 4)) { (outer, _) throws(EngramError) in
      try parallelFor(count: 20, work: WorkContext(threads: 3)) { inner, _ in
        sum.add(outer * 20 + inner, ordering: .relaxed)
      }
    }
    #expect(sum.load(ordering: .relaxed) == 599 * 600 / 2)
  }

  @Test(arguments: [1, 3, 8])
  func `every part of an array is lent once, the last as long as what is left`(threads: Int) throws {
    for (count, size) in [(0, 4), (1, 4), (8, 4), (11, 4), (1_000, 7)] {
      var numbers = [Int](repeating: -1, count: count)
      var lengths = [Int](repeating: 0, count: (count + size - 1) / size)
      try parallelFor(parts: &numbers, of: size, work: WorkContext(threads: threads)) {
        (first, part) throws(EngramError) in
        for index in part.indices { part[index] = first + index }
      }
      #expect(numbers == Array(0..<count))
      try parallelFor(parts: &numbers, of: size, and: &lengths, of: 1, work: WorkContext(threads: threads)) {
        (_, one, other) throws(EngramError) in other[0] = one.count
      }
      #expect(lengths.reduce(0, +) == count && lengths.dropLast().allSatisfy { $0 == size })
    }
  }
}
