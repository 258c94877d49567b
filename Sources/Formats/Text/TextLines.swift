// TextLines.swift -- the lines of a text file one after the other, in bounded memory.

import Base

/// A cursor over the lines of a text file, plain, gzip or zstd; LF, CRLF and CR end a line.
struct TextLines {
  /// The number of the line at the cursor, from 1.
  private(set) var number = 0
  private let input: TextInput
  private var buffer: [UInt8] = []
  private var position = 0
  private var hasMore = true

  /// Bytes read at a time, and the longest line.
  private static let (pieceSize, longestLine) = (1 << 20, 256 << 20)

  /// Opens a file.
  ///
  /// - Throws: As ``TextInput/init(opening:)``.
  init(opening path: String) throws(EngramError) { input = try TextInput(opening: path) }

  /// How much of the file has been read, in bytes.
  var progress: (done: Int, total: Int) { (input.bytesRead, input.byteCount) }

  /// The next line without its end; nil at the end of the file.
  ///
  /// - Throws: ``EngramError`` with code `limit` for a line that is too long, and as ``TextInput/read(_:into:)``.
  mutating func next() throws(EngramError) -> [UInt8]? {
    var looked = position
    while true {
      if let end = buffer[looked...].firstIndex(where: { $0 == 0x0A || $0 == 0x0D }), end + 1 < buffer.count || !hasMore
      {
        defer {
          let isPair = buffer[end] == 0x0D && end + 1 < buffer.count && buffer[end + 1] == 0x0A
          position = end + (isPair ? 2 : 1)
        }
        return line(buffer[position..<end])
      }
      guard hasMore else {
        defer { position = buffer.count }
        return position < buffer.count ? line(buffer[position...]) : nil
      }
      looked = buffer.count - position
      guard looked < Self.longestLine else {
        throw EngramError(
          .limit, "a line is too long", file: input.path, place: "line \(number + 1)",
          expected: "at most \(Self.longestLine) bytes")
      }
      // The last byte may be the first of two that end a line.
      looked = max(0, looked - 1)
      (buffer, hasMore) = try input.read(max(Self.pieceSize, buffer.count - position), behind: buffer[position...])
      position = 0
    }
  }

  private mutating func line(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    number += 1
    let isMarked = number == 1 && bytes.starts(with: [0xEF, 0xBB, 0xBF])
    return Array(isMarked ? bytes.dropFirst(3) : bytes)
  }
}
