// LaneBuffer.swift -- numbers in memory that starts at a cache line.

import Base
import Glibc

/// Numbers of four bytes that start at a cache line, as vectors of the processor want them.
///
/// It does not guard against two threads at once; its users share it out by index.
@safe final class LaneBuffer<Number: BitwiseCopyable & Sendable>: @unchecked Sendable {
  // Unchecked: the pointer never changes, and who may write which numbers is for the users to see to.

  /// The first number.
  @unsafe let start: UnsafeMutablePointer<Number>
  /// How many there are.
  let count: Int

  /// Makes zeros.
  ///
  /// - Throws: ``EngramError`` with code `limit` when the memory is not to be had.
  init(count: Int) throws(EngramError) {
    let stride = MemoryLayout<Number>.stride
    let lineByteCount = 64
    let byteCount = (max(count, 1) * stride + lineByteCount - 1) / lineByteCount * lineByteCount
    guard let memory = unsafe aligned_alloc(lineByteCount, byteCount) else {
      throw EngramError(
        .limit, "there is no memory for \(count) numbers of the network",
        mend: "train on fewer examples, or with fewer filters")
    }
    // SAFETY: the block has `byteCount` bytes; zero bits are a number.
    unsafe memset(memory, 0, byteCount)
    unsafe start = memory.assumingMemoryBound(to: Number.self)
    self.count = count
  }

  deinit {
    // SAFETY: allocated above with the same allocator.
    unsafe free(start)
  }

  /// The numbers as an array.
  func copied() -> [Number] {
    // SAFETY: `count` numbers were initialised.
    unsafe Array(UnsafeBufferPointer(start: start, count: count))
  }

  /// Writes numbers from the first on.
  ///
  /// - Precondition: There are at most `count`.
  func write(_ numbers: [Number]) {
    precondition(numbers.count <= count, "the numbers fit")
    // SAFETY: there is room, as was asked above.
    unsafe numbers.withUnsafeBufferPointer { source in
      guard let base = source.baseAddress else { return }
      unsafe start.update(from: base, count: source.count)
    }
  }
}
