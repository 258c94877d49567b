// ForwardBytes.swift -- bytes in memory as a source that only goes forward cheaply.

package import Base

/// A source that only goes forward cheaply, as an escaped text does.
package struct ForwardBytes: ByteSource {
  package let bytes: [UInt8]
  package var byteCount: Int { bytes.count }

  package init(bytes: [UInt8]) { self.bytes = bytes }

  package func read(at offset: Int, into buffer: inout MutableRawSpan) throws(EngramError) {
    try MemoryBytes(bytes).read(at: offset, into: &buffer)
  }
}
