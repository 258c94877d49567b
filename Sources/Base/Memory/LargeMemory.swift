// LargeMemory.swift -- memory for large blocks of numbers, in large pages where the system has them.

import Glibc

/// Memory for large blocks of numbers.
///
/// Where a block is large its memory comes in pages of 2 MiB, as arrays of NumPy do: fresh ones cost a third of small ones, and a processor
/// that reads here and there in them does not have to look up where each lies.
package enum LargeMemory {
  /// The alignment of the first byte, one cache line.
  private static let alignment = 64
  /// The large pages, and from how many bytes on they are asked for.
  private static let (hugePage, hugeEnough) = (1 << 21, 1 << 22)

  /// Allocates a block; its bytes are unspecified, and `free` frees it.
  ///
  /// - Parameter byteCount: How many bytes are needed.
  /// - Returns: At least as many, or nil where there is no memory for them.
  @unsafe package static func allocate(_ byteCount: Int) -> UnsafeMutableRawBufferPointer? {
    let alignment = byteCount < hugeEnough ? alignment : hugePage
    let (rounded, overflows) = byteCount.addingReportingOverflow(alignment - 1)
    let needed = rounded & ~(alignment - 1)
    guard byteCount > 0, !overflows, let fresh = unsafe aligned_alloc(alignment, needed) else { return nil }
    // What a system without such pages says to it does not matter; the block begins and ends at one.
    if alignment == hugePage { unsafe madvise(fresh, needed, Int32(MADV_HUGEPAGE)) }
    return unsafe UnsafeMutableRawBufferPointer(start: fresh, count: needed)
  }
}

/// Bytes in memory of their own that stay where they are; who fills them does so before others look.
@safe package final class LargeBytes: Sendable {
  // SAFETY of nonisolated(unsafe): the address never changes; the bytes are filled before they are shared and freed with the object.
  nonisolated(unsafe) package let start: UnsafeMutablePointer<UInt8>

  /// Bytes that are unspecified.
  ///
  /// - Parameters:
  ///   - count: How many, at least 1 are made.
  ///   - what: What they are for, in the plural.
  /// - Throws: ``EngramError`` with code `limit` when the memory is not to be had.
  package init(_ count: Int, what: String) throws(EngramError) {
    guard let memory = unsafe LargeMemory.allocate(max(1, count)), let first = memory.baseAddress else {
      throw EngramError(.limit, "there is no memory for \(what)", expected: "\(count) bytes")
    }
    unsafe start = first.assumingMemoryBound(to: UInt8.self)
  }

  deinit {
    // SAFETY: allocated in `init` with the same allocator.
    unsafe free(start)
  }
}
