// Inflation.swift -- zlib's inflate over a slice of a file, in order.

import Base
import CMinizip

/// One raw deflate stream being inflated; not for two threads at once.
@safe
final class Inflation {
  private let slice: FileSlice
  private let place: String
  /// zlib's state, which must not move.
  private let stream: UnsafeMutablePointer<z_stream>
  private var input: [UInt8] = []
  /// How much of `input` was used, and how much of the slice was read.
  private var used = 0
  private var taken = 0
  private var checksum: UInt = 0

  /// Bytes read from the file at a time.
  private static let inputSize = 64 << 10
  /// Bytes asked of zlib at a time, whose lengths are 32 bits.
  private static let outputSize = 1 << 30

  /// Starts at the first byte.
  init(of slice: FileSlice, place: String) throws(EngramError) {
    self.slice = slice
    self.place = place
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    // Negative window bits mean deflate without a header, as zip has it.
    let status = unsafe inflateInit2_(stream, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else {
      throw EngramError(
        .limit, "there is no memory to inflate with", file: slice.file.path, place: place,
        found: "zlib status \(status)")
    }
  }

  deinit {
    // SAFETY: the state was made by init and is used by nobody else; inflateEnd bears one whose start failed.
    unsafe inflateEnd(stream)
    unsafe stream.deallocate()
  }

  /// Inflates exactly as many bytes as fit.
  ///
  /// - Throws: ``EngramError`` with code `corrupt` when the stream is broken or shorter, and what the file throws.
  func read(into bytes: UnsafeMutableRawBufferPointer) throws(EngramError) {
    var done = 0
    while done < bytes.count {
      let count = min(Self.outputSize, bytes.count - done)
      let part = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[done..<(done + count)])
      let (got, isEnd) = try unsafe step(into: part)
      guard got > 0 || !isEnd else { throw broken("an end before the length that the directory says") }
      // SAFETY: `got` bytes of the part were written.
      unsafe checksum = crc32_z(checksum, part.baseAddress?.assumingMemoryBound(to: UInt8.self), got)
      done += got
    }
  }

  /// Checks that the stream ends here and that its bytes have a checksum.
  ///
  /// - Throws: ``EngramError`` with code `corrupt`.
  func finish(checksum expected: UInt32) throws(EngramError) {
    guard checksum == UInt(expected) else { throw checksumError(file: slice.file.path, place: place) }
    var spare = [UInt8](repeating: 0, count: 1)
    var span = spare.mutableSpan
    // SAFETY: every bit pattern is a UInt8.
    var raw = unsafe span.mutableBytes
    var outcome = (got: 0, isEnd: false)
    while outcome.got == 0, !outcome.isEnd {
      outcome = try unsafe raw.withUnsafeMutableBytes { (buffer) throws(EngramError) in try unsafe step(into: buffer) }
    }
    guard outcome.got == 0 else { throw broken("more bytes than the directory says") }
  }

  /// One call of zlib: what came out, and whether the stream ended.
  private func step(into bytes: UnsafeMutableRawBufferPointer) throws(EngramError) -> (got: Int, isEnd: Bool) {
    if used == input.count, taken < slice.byteCount {
      let count = min(Self.inputSize, slice.byteCount - taken)
      input = try slice.bytes(taken..<(taken + count))
      taken += count
      used = 0
    }
    let available = input.count - used
    // SAFETY: zlib reads at most `available` bytes of the input and writes at most `bytes.count`, both lent for the call.
    let status = unsafe input.withUnsafeMutableBufferPointer { input in
      unsafe stream.pointee.next_in = input.baseAddress.map { unsafe $0 + used }
      unsafe stream.pointee.avail_in = UInt32(available)
      unsafe stream.pointee.next_out = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
      unsafe stream.pointee.avail_out = UInt32(bytes.count)
      return unsafe inflate(stream, Z_NO_FLUSH)
    }
    let left = unsafe Int(stream.pointee.avail_in)
    let got = unsafe bytes.count - Int(stream.pointee.avail_out)
    used = input.count - left
    unsafe stream.pointee.next_in = nil
    unsafe stream.pointee.next_out = nil
    switch status {
    case Z_STREAM_END: return (got, true)
    case Z_OK, Z_BUF_ERROR:
      guard got > 0 || left < available || taken < slice.byteCount else {
        throw broken("an end inside the compressed bytes")
      }
      return (got, false)
    default: throw broken("bytes that break the rules of deflate")
    }
  }

  private func broken(_ found: String) -> EngramError {
    EngramError(
      .corrupt, "a member cannot be inflated", file: slice.file.path, place: place, offset: slice.offset + taken,
      found: found, mend: "copy the file again from its source")
  }
}
