// Scratch.swift -- memory that is used again from chunk to chunk.

/// Memory that is used again from chunk to chunk; it grows and never shrinks, and what it holds is forgotten on growth.
///
/// It starts at a multiple of 64 bytes, a cache line and the widest vector.
@safe package struct Scratch: ~Copyable {
  /// The bytes; valid until the next ``reserve(_:)``.
  package private(set) var base: UnsafeMutableRawPointer
  private var capacity: Int

  /// Makes an empty one.
  package init() {
    capacity = 0
    unsafe base = Self.allocate(0)
  }

  deinit { unsafe base.deallocate() }

  /// Makes room for a number of bytes, which are not initialised.
  package mutating func reserve(_ byteCount: Int) {
    guard byteCount > capacity else { return }
    unsafe base.deallocate()
    unsafe base = Self.allocate(byteCount)
    capacity = byteCount
  }

  private static func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer {
    // SAFETY: the memory belongs to the one value that frees it; kernels may touch whole cache lines of it.
    UnsafeMutableRawPointer.allocate(byteCount: (byteCount + 127) & ~63, alignment: 64)
  }
}
