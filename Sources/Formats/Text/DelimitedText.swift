// DelimitedText.swift -- splits CSV and TSV (RFC 4180) into rows of fields.

import Base

/// A cursor over delimited text.
///
/// Rows end with LF, CRLF or CR. A field in quotes may hold delimiters, line ends and doubled quotes; a quote elsewhere is an
/// error. Spaces around fields without quotes are dropped. A byte-order mark and empty lines at the start are skipped.
struct DelimitedText {
  /// A field.
  struct Field {
    /// The text without the quotes around it; without the spaces around it if it had no quotes.
    let text: String
    /// Whether it stood in quotes.
    let isQuoted: Bool
  }

  private let bytes: [UInt8]
  private let file: String
  private let delimiter: UInt8
  private var position: Int
  /// The number of the line at the cursor, from 1.
  private(set) var line = 1

  private static let quote = UInt8(ascii: "\"")

  /// A cursor at the start of a text.
  ///
  /// - Parameters:
  ///   - bytes: The whole text as UTF-8.
  ///   - file: What to name in errors.
  ///   - given: The delimiter that a user gave, or nil to take the one that the text names in a line `sep=;`.
  ///   - usual: The delimiter where the text names none, or nil to take the one that its header has most of: `,` `;` tab or `|`.
  /// - Throws: ``EngramError`` with code `corrupt` when the text is not UTF-8 or holds NULs.
  init(_ bytes: [UInt8], file: String, delimiter given: UInt8?, usual: UInt8?) throws(EngramError) {
    self.bytes = bytes
    self.file = file
    let preamble = TextPreamble(bytes)
    position = preamble.end
    line += preamble.lines
    self.delimiter = given ?? preamble.delimiter ?? usual ?? Self.sniffedDelimiter(bytes[position...])
    if let refusal = TextEncoding.refusal(ofStart: bytes, file: file) { throw refusal }
    var wrong = bytes.firstIndex(of: 0)
    do {
      _ = try UTF8Span(validating: bytes.span)
    } catch let problem {
      wrong = problem.byteOffsets.lowerBound
    }
    if let wrong {
      let line = bytes[..<wrong].reduce(1) { $1 == 0x0A ? $0 + 1 : $0 }
      throw TextEncoding.notUTF8(
        file: file, place: "line \(line)", offset: wrong, found: "byte 0x\(String(bytes[wrong], radix: 16))")
    }
  }

  /// Whether nothing is left.
  var isAtEnd: Bool { position >= bytes.count }

  /// Whether only line ends are left.
  var hasOnlyLineEndsLeft: Bool { bytes[position...].allSatisfy { $0 == 0x0A || $0 == 0x0D } }

  /// The fields of the next row; a line without anything is one empty field.
  ///
  /// - Throws: ``EngramError`` with code `corrupt` for a quote where none can be, `truncated` for a quote that is never closed.
  mutating func nextRow(into fields: inout [Field]) throws(EngramError) {
    fields.removeAll(keepingCapacity: true)
    while true {
      fields.append(try nextField())
      guard position < bytes.count else { return }
      let byte = bytes[position]
      position += 1
      if byte == delimiter { continue }
      if byte == 0x0D, position < bytes.count, bytes[position] == 0x0A { position += 1 }
      line += 1
      return
    }
  }

  /// Reads a field and stops at what ends it.
  private mutating func nextField() throws(EngramError) -> Field {
    guard position < bytes.count, bytes[position] == Self.quote else { return try plainField() }
    let firstLine = line
    let opening = position
    var text: [UInt8] = []
    position += 1
    while true {
      let start = position
      while position < bytes.count, bytes[position] != Self.quote {
        if bytes[position] == 0x0A { line += 1 }
        position += 1
      }
      text.append(contentsOf: bytes[start..<position])
      guard position < bytes.count else {
        throw EngramError(
          .truncated, "a quote is never closed", file: file, place: "line \(firstLine)", offset: opening,
          expected: "a closing \"", found: "the end of the text")
      }
      position += 1
      guard position < bytes.count, bytes[position] == Self.quote else { break }
      text.append(Self.quote)
      position += 1
    }
    guard position >= bytes.count || isEnd(bytes[position]) else {
      throw EngramError(
        .corrupt, "text follows a closing quote", file: file, place: "line \(line)", offset: position,
        expected: "the delimiter or the end of the line", mend: "double the quotes inside a quoted field: \"\"")
    }
    return Field(text: String(decoding: text, as: UTF8.self), isQuoted: true)
  }

  /// Reads a field without quotes.
  private mutating func plainField() throws(EngramError) -> Field {
    let start = position
    while position < bytes.count, !isEnd(bytes[position]) {
      guard bytes[position] != Self.quote else {
        throw EngramError(
          .corrupt, "a quote stands inside a field that does not start with one", file: file, place: "line \(line)",
          offset: position, mend: "put the whole field in quotes and double those inside it")
      }
      position += 1
    }
    var (low, high) = (start, position)
    while low < high, bytes[low] == 0x20 || bytes[low] == 0x09 { low += 1 }
    while low < high, bytes[high - 1] == 0x20 || bytes[high - 1] == 0x09 { high -= 1 }
    return Field(text: String(decoding: bytes[low..<high], as: UTF8.self), isQuoted: false)
  }

  /// Whether a byte ends a field.
  private func isEnd(_ byte: UInt8) -> Bool { byte == delimiter || byte == 0x0A || byte == 0x0D }

  /// The delimiter that the first line has most of outside quotes; a comma when it has none.
  static func sniffedDelimiter(_ bytes: ArraySlice<UInt8>) -> UInt8 {
    let candidates = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t"), UInt8(ascii: "|")]
    var counts = [0, 0, 0, 0]
    var isQuoted = false
    for byte in bytes {
      if byte == quote { isQuoted.toggle() }
      if isQuoted { continue }
      if byte == 0x0A || byte == 0x0D { break }
      if let index = candidates.firstIndex(of: byte) { counts[index] += 1 }
    }
    let most = counts.max() ?? 0
    return candidates[counts.firstIndex(of: most) ?? 0]
  }
}
