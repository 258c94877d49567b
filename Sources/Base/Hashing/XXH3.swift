// XXH3.swift -- the hash of checksums and contents.

import CXXHash

/// XXH3 with seed 0, of bytes that are at hand; ``XXH3Hasher`` takes them piece by piece.
package enum XXH3 {
  /// XXH3-64 with seed 0.
  package static func hash64(_ bytes: RawSpan) -> UInt64 {
    // SAFETY: the function reads the bytes of the span and keeps nothing.
    unsafe bytes.withUnsafeBytes { unsafe engram_xxh3_64($0.baseAddress, $0.count) }
  }

  /// XXH3-64 with seed 0.
  package static func hash64(_ bytes: [UInt8]) -> UInt64 {
    // SAFETY: the function reads the bytes of the array and keeps nothing.
    unsafe bytes.withUnsafeBytes { unsafe engram_xxh3_64($0.baseAddress, $0.count) }
  }

  /// Whether a checksum is the one that a file names; in a build for fuzzing each is, so that mutated bytes get past it.
  package static func agrees(_ sum: UInt64, with stored: UInt64) -> Bool {
    #if FUZZING
    true
    #else
    sum == stored
    #endif
  }

  /// XXH3-128 with seed 0 of some bytes, as 32 lower-case hexadecimal digits, the high half first.
  package static func hash128(_ bytes: RawSpan) -> String {
    // SAFETY: the function reads the bytes of the span and keeps nothing.
    let hash = unsafe bytes.withUnsafeBytes { unsafe XXH3_128bits($0.baseAddress, $0.count) }
    return hexadecimal(bigEndian(hash))
  }
}

/// XXH3-128 with seed 0, over bytes that come piece by piece.
@safe package final class XXH3Hasher {
  /// Bytes of the hash in a file.
  package static let byteCount = 16
  private let state: OpaquePointer

  /// Makes a hasher, or nil when there is no memory.
  package init?() {
    guard let state = unsafe XXH3_createState() else { return nil }
    unsafe self.state = state
    unsafe _ = XXH3_128bits_reset(state)
  }

  deinit { unsafe _ = XXH3_freeState(state) }

  /// Adds bytes.
  package func update(_ bytes: RawSpan) {
    // SAFETY: the function reads the bytes of the span and keeps nothing.
    unsafe bytes.withUnsafeBytes { unsafe _ = engram_xxh3_128_update(state, $0.baseAddress, $0.count) }
  }

  /// The hash so far in its canonical form, most significant byte first.
  package var digest: [UInt8] {
    bigEndian(unsafe XXH3_128bits_digest(state))
  }
}

/// The canonical form of a hash, most significant byte first.
private func bigEndian(_ hash: XXH128_hash_t) -> [UInt8] {
  [hash.high64, hash.low64].flatMap { half in (0..<8).map { UInt8(truncatingIfNeeded: half >> (56 - 8 * $0)) } }
}
