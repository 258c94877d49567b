// SourceSlice.swift -- the payload behind a header, and bytes that stand in memory.

/// A range of another source, such as the payload behind a header.
package struct SourceSlice: ByteSource {
  /// The source.
  private let whole: any ByteSource
  /// Where in the source the range starts.
  private let offset: Int
  /// Bytes in all.
  package let byteCount: Int

  /// Makes a slice of a range that lies inside the source.
  package init(of whole: any ByteSource, offset: Int, byteCount: Int) {
    precondition(offset >= 0 && byteCount >= 0 && offset <= whole.byteCount - byteCount, "a slice lies inside")
    self.whole = whole
    self.offset = offset
    self.byteCount = byteCount
  }

  /// As the source.
  package var isRandomAccess: Bool { whole.isRandomAccess }

  /// Reads from the source.
  package func read(at offset: Int, into buffer: inout MutableRawSpan) throws(EngramError) {
    precondition(offset >= 0 && offset <= byteCount - buffer.byteCount, "reads stay inside the source")
    try whole.read(at: self.offset + offset, into: &buffer)
  }
}

/// Bytes that stand in memory.
package struct MemoryBytes: ByteSource {
  /// The bytes.
  package let bytes: [UInt8]

  /// Makes a source of bytes.
  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Bytes in all.
  package var byteCount: Int { bytes.count }
  /// Yes.
  package var isRandomAccess: Bool { true }

  /// Copies the bytes.
  package func read(at offset: Int, into buffer: inout MutableRawSpan) throws(EngramError) {
    precondition(offset >= 0 && offset <= bytes.count - buffer.byteCount, "reads stay inside the source")
    let count = buffer.byteCount
    // SAFETY: both buffers are lent by their owners for the call, and the precondition puts the range inside `bytes`.
    unsafe bytes.withUnsafeBytes { from in
      unsafe buffer.withUnsafeMutableBytes { to in
        unsafe to.copyMemory(from: UnsafeRawBufferPointer(rebasing: from[offset..<(offset + count)]))
      }
    }
  }
}
