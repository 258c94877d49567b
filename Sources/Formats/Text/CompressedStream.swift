// CompressedStream.swift -- gzip and zstd files as a stream of the bytes that were compressed, in bounded memory.

import Base
import CMinizip
import CZstd

/// What a file is compressed with, told by its first bytes.
package enum StreamCompression: String, Sendable, CaseIterable {
  /// gzip, one member or several.
  case gzip
  /// zstd, one frame or several.
  case zstd

  /// The compression that the first bytes of a file show.
  ///
  /// A zstd file may begin with a frame that holds no data (RFC 8878, section 3.1.2).
  package init?(firstBytes bytes: [UInt8]) {
    let isSkippable = bytes.dropFirst().starts(with: [0x2A, 0x4D, 0x18]) && bytes[0] & 0xF0 == 0x50
    if bytes.starts(with: [0x1F, 0x8B, 0x08]) {
      self = .gzip
    } else if bytes.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) || isSkippable {
      self = .zstd
    } else {
      return nil
    }
  }
}

/// One step of a decompressor.
protocol Decompressor {
  /// Takes from `input` and fills `output`.
  ///
  /// - Returns: Bytes taken and made, whether a member or frame has ended, and whether the bytes break the rules.
  func step(
    _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer
  ) -> (taken: Int, made: Int, isEnd: Bool, isBroken: Bool)
}

/// zlib's inflate over gzip members; not for two threads at once.
///
/// Zeros behind the last member are padding, as `gzip -d` takes them.
@safe
final class GzipDecompressor: Decompressor {
  /// zlib's state, which must not move.
  private let stream: UnsafeMutablePointer<z_stream>
  /// Whether a member has just ended, and whether zeros came behind it.
  private var isBetween = false, isPadding = false

  init() throws(EngramError) {
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    // 16 more window bits mean a gzip header.
    let status = unsafe inflateInit2_(stream, MAX_WBITS + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else {
      throw EngramError(.limit, "there is no memory to inflate with", found: "zlib status \(status)")
    }
  }

  deinit {
    // SAFETY: the state was made by init and is used by nobody else; inflateEnd bears one whose start failed.
    unsafe inflateEnd(stream)
    unsafe stream.deallocate()
  }

  func step(
    _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer
  ) -> (taken: Int, made: Int, isEnd: Bool, isBroken: Bool) {
    if isBetween {
      // SAFETY: the input is lent for the call.
      let zeros = unsafe input.prefix { $0 == 0 }.count
      isPadding = isPadding || zeros > 0
      if isPadding { return (zeros, 0, true, zeros < input.count) }
    }
    // SAFETY: zlib reads the input and writes the output, both lent for the call, within the counts it is given.
    unsafe stream.pointee.next_in = UnsafeMutablePointer(
      mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
    unsafe stream.pointee.avail_in = UInt32(clamping: input.count)
    unsafe stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    unsafe stream.pointee.avail_out = UInt32(clamping: output.count)
    let status = unsafe inflate(stream, Z_NO_FLUSH)
    let taken = unsafe input.count - Int(stream.pointee.avail_in)
    let made = unsafe output.count - Int(stream.pointee.avail_out)
    unsafe stream.pointee.next_in = nil
    unsafe stream.pointee.next_out = nil
    switch status {
    case Z_OK, Z_BUF_ERROR:
      if taken > 0 { isBetween = false }
      return (taken, made, false, false)
    case Z_STREAM_END:
      let isReady = unsafe inflateReset(stream) == Z_OK
      isBetween = true
      return (taken, made, true, !isReady)
    default: return (taken, made, false, true)
    }
  }
}

/// zstd's streaming decompression; not for two threads at once.
@safe
final class ZstdDecompressor: Decompressor {
  private let context: OpaquePointer?
  /// The largest window that is accepted, 128 MiB: the limit of the zstd program.
  private static let longestWindowLog: Int32 = 27

  init() {
    unsafe context = ZSTD_createDStream()
    // SAFETY: the context is whole or null, which zstd reports as an error later.
    if unsafe context != nil { unsafe ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, Self.longestWindowLog) }
  }

  deinit {
    // SAFETY: the context was made by init and is used by nobody else; null is borne.
    unsafe ZSTD_freeDStream(context)
  }

  func step(
    _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer
  ) -> (taken: Int, made: Int, isEnd: Bool, isBroken: Bool) {
    guard unsafe context != nil else { return (0, 0, false, true) }
    // SAFETY: zstd reads the input and writes the output, both lent for the call, within the sizes it is given.
    var source = unsafe ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
    var target = unsafe ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
    let hint = unsafe ZSTD_decompressStream(context, &target, &source)
    let isBroken = ZSTD_isError(hint) != 0
    return unsafe (source.pos, target.pos, hint == 0, isBroken)
  }
}
