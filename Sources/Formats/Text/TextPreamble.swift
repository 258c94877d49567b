// TextPreamble.swift -- what may stand before the names of the columns in delimited text.

/// What may stand before the names of the columns: a byte-order mark, empty lines, and the line `sep=;` of Excel.
struct TextPreamble {
  /// Where the names begin.
  private(set) var end: Int
  /// The lines before them.
  private(set) var lines = 0
  /// What parts fields, where the text says it.
  private(set) var delimiter: UInt8?

  /// Looks at the start of a text.
  init(_ bytes: [UInt8]) {
    end = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    skipLineEnds(bytes)
    let mark = Array("sep=".utf8)
    guard bytes[end...].starts(with: mark) else { return }
    let place = end + mark.count
    guard place < bytes.count, !Self.isLineEnd(bytes[place]),
      place + 1 == bytes.count || Self.isLineEnd(bytes[place + 1])
    else { return }
    delimiter = bytes[place]
    end = place + 1
    skipLineEnds(bytes)
  }

  private static func isLineEnd(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }

  private mutating func skipLineEnds(_ bytes: [UInt8]) {
    while end < bytes.count, Self.isLineEnd(bytes[end]) {
      // A carriage return before a line feed is the same line's end.
      if bytes[end] == 0x0A || end + 1 == bytes.count || bytes[end + 1] != 0x0A { lines += 1 }
      end += 1
    }
  }
}
