// ValuesHash.swift -- the hash that names the values of a segment or a staged batch: XXH3-128.

import CXXHash
import TrajectoryModel

enum ValuesHash {
  /// XXH3-128 of some bytes as 32 lower-case hexadecimal digits, the high half first.
  static func hash(of bytes: RawSpan) -> String {
    // SAFETY: xxHash reads `count` bytes from the start of the buffer, which the span keeps alive.
    let hash = unsafe bytes.withUnsafeBytes { unsafe XXH3_128bits($0.baseAddress, $0.count) }
    return hex(hash.high64) + hex(hash.low64)
  }

  private static func hex(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
