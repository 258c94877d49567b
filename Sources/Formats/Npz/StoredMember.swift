// StoredMember.swift -- a stored member of a zip file: a slice of the file whose checksum is compared as it is read.

import Base
import CMinizip
import Synchronization

/// A stored member; any thread reads any part.
///
/// Each part that is read for the first time adds its CRC-32; parts join as they meet (`crc32_combine`), and the read that
/// joins the last compares the whole. So the check costs no pass of its own, in whatever order threads read.
final class StoredMember: ByteSource {
  /// A part that was read, with the CRC-32 of its bytes.
  private struct Part {
    var range: Range<Int>
    var checksum: UInt
  }

  /// What is known of the checksum.
  private struct Progress {
    /// Disjoint parts in ascending order, none touching the next.
    var parts: [Part] = []
    /// Whether nothing is left to do: the whole was compared, or the reads are too scattered to follow.
    var isOver = false
    /// Whether the whole was compared and differs; every read says so from then on.
    var isWrong = false
  }

  private let slice: FileSlice
  private let checksum: UInt32
  private let place: String
  private let progress = Mutex(Progress())

  /// Fortran-ordered reads grow one part for each (epoch, statistic); beyond this nobody reads it whole.
  private static let mostParts = 65_536

  init(slice: FileSlice, checksum: UInt32, place: String) {
    self.slice = slice
    self.checksum = checksum
    self.place = place
  }

  var byteCount: Int { slice.byteCount }
  var isRandomAccess: Bool { true }

  func read(at offset: Int, into buffer: inout MutableRawSpan) throws(EngramError) {
    try slice.read(at: offset, into: &buffer)
    let range = offset..<(offset + buffer.byteCount)
    let gaps = progress.withLock { $0.isOver ? [] : Self.gaps(in: range, among: $0.parts) }
    var found: [Part] = []
    let bytes = buffer.bytes
    for gap in gaps {
      let part = bytes.extracting((gap.lowerBound - offset)..<(gap.upperBound - offset))
      found.append(Part(range: gap, checksum: crc(of: part)))
    }
    let new = found
    let isWrong = progress.withLock { progress in
      guard !progress.isOver else { return progress.isWrong }
      for part in new { Self.insert(part, into: &progress.parts) }
      if let first = progress.parts.first, first.range == 0..<byteCount {
        progress.isOver = true
        progress.isWrong = first.checksum != UInt(checksum)
      } else {
        progress.isOver = progress.parts.count > Self.mostParts
      }
      return progress.isWrong
    }
    if isWrong { throw checksumError(file: slice.file.path, place: place) }
  }

  /// The pieces of a range that no part covers.
  private static func gaps(in range: Range<Int>, among parts: [Part]) -> [Range<Int>] {
    var gaps: [Range<Int>] = []
    var start = range.lowerBound
    var index = firstEnding(after: start, in: parts)
    while start < range.upperBound {
      let next = index < parts.count ? parts[index].range : range.upperBound..<range.upperBound
      if next.lowerBound > start { gaps.append(start..<min(next.lowerBound, range.upperBound)) }
      start = max(start, next.upperBound)
      index += 1
    }
    return gaps
  }

  /// The first part that ends after an offset.
  private static func firstEnding(after offset: Int, in parts: [Part]) -> Int {
    var (low, high) = (0, parts.count)
    while low < high {
      let middle = (low + high) / 2
      if parts[middle].range.upperBound <= offset { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Adds a part and joins it with the neighbours that it touches.
  private static func insert(_ part: Part, into parts: inout [Part]) {
    let index = firstEnding(after: part.range.lowerBound, in: parts)
    // Two threads that read overlapping parts at once: the later one counts when it is read again.
    if index < parts.count, parts[index].range.lowerBound < part.range.upperBound { return }
    var joined = part
    if index < parts.count, parts[index].range.lowerBound == joined.range.upperBound {
      joined = join(joined, parts.remove(at: index))
    }
    if index > 0, parts[index - 1].range.upperBound == joined.range.lowerBound {
      parts[index - 1] = join(parts[index - 1], joined)
    } else {
      parts.insert(joined, at: index)
    }
  }

  private static func join(_ left: Part, _ right: Part) -> Part {
    Part(
      range: left.range.lowerBound..<right.range.upperBound,
      checksum: crc32_combine(left.checksum, right.checksum, right.range.count))
  }
}

/// The CRC-32 of bytes.
func crc(of bytes: RawSpan) -> UInt {
  // SAFETY: zlib reads the bytes that the span lends for the call.
  unsafe bytes.withUnsafeBytes { unsafe crc32_z(0, $0.baseAddress, $0.count) }
}
