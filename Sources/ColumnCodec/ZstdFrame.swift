// ZstdFrame.swift -- the one zstd frame of a chunk, made and read; the only file that knows zstd.

import Base
import CZstd

/// Compresses bytes into one zstd frame after another; keeps its memory.
///
/// One thread uses it at a time.
@safe final class ZstdFrameWriter {
  /// The zstd level: on trajectories the next ones are no smaller, 9 is .3 % smaller and takes several times as long.
  private static let level: Int32 = 1

  private let context: OpaquePointer?
  private var frame = Scratch()

  init() { unsafe context = ZSTD_createCCtx() }

  deinit { unsafe ZSTD_freeCCtx(context) }

  /// Adds bytes as a frame.
  ///
  /// - Throws: `limit` when zstd has no memory.
  @unsafe func append(_ content: UnsafeRawBufferPointer, to bytes: inout [UInt8]) throws(EngramError) {
    let bound = ZSTD_compressBound(content.count)
    frame.reserve(bound)
    // SAFETY: both regions are as long as stated.
    let result = unsafe ZSTD_compressCCtx(
      context, frame.base, bound, content.baseAddress, content.count, Self.level)
    guard ZSTD_isError(result) == 0 else {
      throw EngramError(
        .limit, "zstd could not compress a chunk", found: unsafe String(cString: ZSTD_getErrorName(result)))
    }
    // SAFETY: zstd left that many bytes in the scratch.
    unsafe bytes.append(contentsOf: UnsafeRawBufferPointer(start: frame.base, count: result))
  }
}

/// Decompresses one zstd frame after another; keeps its memory.
///
/// One thread uses it at a time.
@safe final class ZstdFrameReader {
  private let context: OpaquePointer?

  init() { unsafe context = ZSTD_createDCtx() }

  deinit { unsafe ZSTD_freeDCtx(context) }

  /// Decompresses one frame of a known content size.
  ///
  /// - Parameters:
  ///   - frame: The frame, and nothing after it; empty where no content is expected.
  ///   - offset: Where it stands in the chunk, for errors.
  ///   - content: Room for exactly the content.
  /// - Throws: `corrupt` when the bytes are anything else.
  @unsafe func read(
    _ frame: RawSpan, at offset: Int, into content: UnsafeMutableRawBufferPointer
  ) throws(EngramError) {
    if content.count == 0 {
      guard frame.isEmpty else {
        throw ChunkDecoder.corrupt(
          "bytes follow the last row", offset, expected: "0 bytes", found: "\(frame.byteCount)")
      }
      return
    }
    // SAFETY: both regions are as long as stated; zstd writes at most as many bytes as there is room for.
    let (frameByteCount, result) = unsafe frame.withUnsafeBytes { source in
      // A skippable frame is not a frame of content, and a second frame is not one.
      let isFrame = unsafe source.count >= 4 && source.loadUnaligned(as: UInt32.self) == ZSTD_MAGICNUMBER.littleEndian
      let frameByteCount = unsafe isFrame ? ZSTD_findFrameCompressedSize(source.baseAddress, source.count) : 0
      guard frameByteCount == source.count else { return (frameByteCount, 0) }
      return unsafe (
        frameByteCount,
        ZSTD_decompressDCtx(context, content.baseAddress, content.count, source.baseAddress, source.count)
      )
    }
    guard frameByteCount == frame.byteCount, result == content.count else {
      throw ChunkDecoder.corrupt(
        "the compressed rows are not one zstd frame of the right size", offset, expected: "\(content.count) bytes",
        found: ZSTD_isError(result) != 0 ? unsafe String(cString: ZSTD_getErrorName(result)) : "another size")
    }
  }
}
