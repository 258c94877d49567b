// DeflatedMember.swift -- a deflated member of a zip file, inflated in order.

import CMinizip
import Synchronization
import TrajectoryModel

/// A deflated member; going forward inflates and drops what lies between, going back starts over.
///
/// Threads take turns. minizip compares the CRC-32 when the last byte was read.
/// `@unchecked Sendable`: `state` is touched only while `lock` is held.
final class DeflatedMember: ByteSource, @unchecked Sendable {
  /// Where the inflation stands.
  private struct State {
    /// minizip's state, open on the member; nil before the first byte and after the last.
    var reading: ZipReading?
    /// The offset of the next byte that comes out.
    var position = 0
  }

  private let member: NpzMember
  private var state = State()
  private let lock = Mutex(())

  /// Bytes dropped at a time on the way forward.
  private static let skipSize = 256 << 10
  /// Bytes asked of minizip at a time, whose lengths are 32 bits.
  private static let readSize = 1 << 30

  init(member: NpzMember) { self.member = member }

  var byteCount: Int { member.byteCount }

  func read(at offset: Int, into buffer: inout MutableRawSpan) throws(EngramError) {
    precondition(offset >= 0 && offset <= byteCount - buffer.byteCount, "reads stay inside the source")
    guard !buffer.isEmpty else { return }
    // SAFETY: the pointer is used only inside the call that lends it, by this thread.
    let failure: EngramError? = unsafe buffer.withUnsafeMutableBytes { bytes in
      let target = unsafe bytes
      return lock.withLock { _ -> EngramError? in
        do throws(EngramError) {
          try unsafe Self.read(member, &state, at: offset, into: target)
          return nil
        } catch {
          state = State()
          return error
        }
      }
    }
    if let failure { throw failure }
  }

  /// Brings the inflation to an offset and reads from there.
  private static func read(
    _ member: NpzMember, _ state: inout State, at offset: Int, into bytes: UnsafeMutableRawBufferPointer
  ) throws(EngramError) {
    if state.reading == nil || offset < state.position {
      state.reading = try member.open()
      state.position = 0
    }
    guard let reading = state.reading else { return }
    if offset > state.position {
      var dropped = [UInt8](repeating: 0, count: min(skipSize, offset - state.position))
      while state.position < offset {
        let count = min(dropped.count, offset - state.position)
        var span = dropped.mutableSpan
        // SAFETY: every bit pattern is a UInt8.
        var raw = unsafe span.mutableBytes
        try unsafe raw.withUnsafeMutableBytes { (buffer) throws(EngramError) in
          try unsafe inflate(member, reading, into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]))
        }
        state.position += count
      }
    }
    try unsafe inflate(member, reading, into: bytes)
    state.position += bytes.count
    guard state.position == member.byteCount else { return }
    state.reading = nil
    state.position = 0
    let status = unsafe unzCloseCurrentFile(reading.archive)
    guard status == UNZ_OK else { throw member.failure(reading, status) }
  }

  /// Inflates exactly as many bytes as fit.
  private static func inflate(
    _ member: NpzMember, _ reading: ZipReading, into bytes: UnsafeMutableRawBufferPointer
  ) throws(EngramError) {
    var done = 0
    while done < bytes.count {
      let count = min(readSize, bytes.count - done)
      // SAFETY: `done + count` is at most the length of the buffer.
      let got = unsafe unzReadCurrentFile(reading.archive, bytes.baseAddress.map { unsafe $0 + done }, UInt32(count))
      guard got > 0 else { throw member.failure(reading, got == 0 ? UNZ_ERRNO : got) }
      done += Int(got)
    }
  }
}
