// PickledSlice.swift -- bytes that lie in a pickle as they are, and bytes that were small enough to keep.

package import Base

/// Bytes that lie in a file as they are.
package struct PickledSlice: ByteSource {
  /// Yes.
  package var isRandomAccess: Bool { true }

  let file: InputFile
  /// The file offset of the first byte.
  let start: Int
  package let byteCount: Int

  package func read(at offset: Int, into buffer: inout MutableRawSpan) throws(EngramError) {
    precondition(offset >= 0 && buffer.byteCount <= byteCount - offset, "the bytes asked for lie in the payload")
    try file.read(at: start + offset, into: &buffer)
  }
}

/// Bytes that were small enough to keep in memory.
package struct PickledMemory: ByteSource {
  /// Yes.
  package var isRandomAccess: Bool { true }

  let bytes: [UInt8]
  package var byteCount: Int { bytes.count }

  package func read(at offset: Int, into buffer: inout MutableRawSpan) throws(EngramError) {
    precondition(offset >= 0 && buffer.byteCount <= byteCount - offset, "the bytes asked for lie in the payload")
    let count = buffer.byteCount
    // SAFETY: both buffers hold `count` bytes from their starts on, by the precondition; they do not overlap.
    unsafe buffer.withUnsafeMutableBytes { target in
      unsafe bytes.withUnsafeBytes { source in
        unsafe target.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[offset..<(offset + count)]))
      }
    }
  }
}
