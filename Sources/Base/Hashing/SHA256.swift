// SHA256.swift -- the hash that names the contents of a split, computed by Nettle.

import CNettle

/// An incremental SHA-256 (FIPS 180-4).
package struct SHA256: ~Copyable {
  private var context = sha256_ctx()

  package init() { unsafe nettle_sha256_init(&context) }

  /// Adds bytes.
  package mutating func update(_ bytes: RawSpan) {
    // SAFETY: Nettle reads `count` bytes from the start of the buffer, which the span keeps alive.
    unsafe bytes.withUnsafeBytes { buffer in
      guard let start = buffer.baseAddress else { return }
      unsafe nettle_sha256_update(&context, buffer.count, start.assumingMemoryBound(to: UInt8.self))
    }
  }

  /// The 32 bytes of the digest.
  package consuming func finishBytes() -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_SIZE))
    // SAFETY: Nettle writes exactly as many bytes as it is told to.
    unsafe nettle_sha256_digest(&context, digest.count, &digest)
    return digest
  }

  /// The digest as 64 lower-case hexadecimal digits.
  package consuming func finish() -> String { hexadecimal(finishBytes()) }
}
