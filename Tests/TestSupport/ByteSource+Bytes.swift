// ByteSource+Bytes.swift -- all the bytes of a source.

package import Base

extension ByteSource {
  /// All the bytes.
  package func bytes() throws(EngramError) -> [UInt8] { try bytes(0..<byteCount) }
}
