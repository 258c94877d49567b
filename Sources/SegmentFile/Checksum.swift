// Checksum.swift -- XXH3 over bytes.

import CXXHash

/// XXH3-64 with seed 0.
func checksum64(_ bytes: RawSpan) -> UInt64 {
  // SAFETY: the function reads the bytes of the span and keeps nothing.
  unsafe bytes.withUnsafeBytes { unsafe engram_xxh3_64($0.baseAddress, $0.count) }
}

/// XXH3-64 with seed 0.
func checksum64(_ bytes: [UInt8]) -> UInt64 {
  // SAFETY: the function reads the bytes of the array and keeps nothing.
  unsafe bytes.withUnsafeBytes { unsafe engram_xxh3_64($0.baseAddress, $0.count) }
}

/// XXH3-128 with seed 0, over bytes that come piece by piece.
@safe final class ValuesHasher {
  /// Bytes of the hash in a file.
  static let byteCount = 16
  private let state: OpaquePointer

  /// Makes a hasher, or nil when there is no memory.
  init?() {
    guard let state = unsafe XXH3_createState() else { return nil }
    unsafe self.state = state
    unsafe _ = XXH3_128bits_reset(state)
  }

  deinit { unsafe _ = XXH3_freeState(state) }

  /// Adds bytes.
  func update(_ bytes: RawSpan) {
    // SAFETY: the function reads the bytes of the span and keeps nothing.
    unsafe bytes.withUnsafeBytes { unsafe _ = engram_xxh3_128_update(state, $0.baseAddress, $0.count) }
  }

  /// The hash so far in its canonical form, most significant byte first.
  var digest: [UInt8] {
    let hash = unsafe XXH3_128bits_digest(state)
    return [hash.high64, hash.low64].flatMap { half in (0..<8).map { UInt8(truncatingIfNeeded: half >> (56 - 8 * $0)) }
    }
  }
}

/// Lower-case hexadecimal digits of bytes.
func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
  let digits = Array("0123456789abcdef".utf8)
  return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}
