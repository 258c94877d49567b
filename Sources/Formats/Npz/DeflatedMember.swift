// DeflatedMember.swift -- a deflated member of a zip file, inflated in order.

import Base
import Synchronization

/// A deflated member; going forward inflates and drops what lies between, going back starts over.
///
/// Threads take turns. The CRC-32 is compared when the last byte was read.
/// `@unchecked Sendable`: `inflation` is touched only while `position` is locked.
final class DeflatedMember: ByteSource, @unchecked Sendable {
  let byteCount: Int
  private let slice: FileSlice
  private let checksum: UInt32
  private let place: String
  /// The inflation under way; nil before the first byte and after the last.
  private var inflation: Inflation?
  /// The offset of the next byte that comes out; its lock guards the inflation too.
  private let position = Mutex(0)

  /// Bytes dropped at a time on the way forward.
  private static let skipSize = 256 << 10

  init(slice: FileSlice, byteCount: Int, checksum: UInt32, place: String) {
    self.slice = slice
    self.byteCount = byteCount
    self.checksum = checksum
    self.place = place
  }

  func read(at offset: Int, into buffer: inout MutableRawSpan) throws(EngramError) {
    precondition(offset >= 0 && offset <= byteCount - buffer.byteCount, "reads stay inside the source")
    guard !buffer.isEmpty else { return }
    // SAFETY: the pointer is used only inside the call that lends it, by this thread.
    let failure: EngramError? = unsafe buffer.withUnsafeMutableBytes { bytes in
      let target = unsafe bytes
      return position.withLock { position -> EngramError? in
        do throws(EngramError) {
          try unsafe readLocked(from: &position, at: offset, into: target)
          return nil
        } catch {
          inflation = nil
          position = 0
          return error
        }
      }
    }
    if let failure { throw failure }
  }

  /// Brings the inflation to an offset and reads from there.
  private func readLocked(from position: inout Int, at offset: Int, into bytes: UnsafeMutableRawBufferPointer)
    throws(EngramError)
  {
    if inflation == nil || offset < position {
      inflation = try Inflation(of: slice, place: place)
      position = 0
    }
    guard let inflation else { return }
    if offset > position {
      var dropped = [UInt8](repeating: 0, count: min(Self.skipSize, offset - position))
      while position < offset {
        let count = min(dropped.count, offset - position)
        var span = dropped.mutableSpan
        // SAFETY: every bit pattern is a UInt8.
        var raw = unsafe span.mutableBytes
        try unsafe raw.withUnsafeMutableBytes { (buffer) throws(EngramError) in
          try unsafe inflation.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]))
        }
        position += count
      }
    }
    try unsafe inflation.read(into: bytes)
    position += bytes.count
    guard position == byteCount else { return }
    try inflation.finish(checksum: checksum)
    self.inflation = nil
    position = 0
  }
}
