// DelimitedRows.swift -- rows of a delimited file one after the other, in bounded memory.

package import Base
import CTextKernels

/// A cursor over the rows of a CSV or TSV file (RFC 4180), plain, gzip or zstd, whose first row names the columns.
///
/// Memory is that of the longest row and of one piece of the file. Fields are lent as bytes, so that numbers are read
/// without making text of them. Spaces around fields without quotes are dropped.
package final class DelimitedRows {
  /// The names of the columns.
  package private(set) var header: [String] = []
  /// The number of the row at the cursor, from 1, and the line that it starts on.
  package private(set) var row = 0
  private(set) var line = 1

  private let input: TextInput
  private var delimiter: UInt8
  /// What was read, from ``position`` on not gone over; replaced as a whole, so that a batch may keep it.
  private var buffer: [UInt8] = []
  private var position = 0
  private var hasMore = true
  /// How many pieces of the file have been read.
  private var piece = 0
  /// The fields of the row are the first ``fieldCount`` of these; they say where their bytes lie in the buffer.
  private var fields: [engram_field] = []
  private var fieldCount = 0

  /// Bytes read at a time: rows whose numbers take several milliseconds to read.
  private static let pieceSize = 4 << 20
  /// The longest row.
  private static let longestRow = 256 << 20

  /// Opens a file and reads its header.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - delimiter: What parts fields, or nil for tabs in `.tsv` and what the header has most of elsewhere.
  /// - Throws: ``EngramError`` as ``TextInput/init(opening:)``, and code `invalidData` for a file without a header.
  package init(opening path: String, delimiter: UInt8?) throws(EngramError) {
    input = try TextInput(opening: path)
    self.delimiter = delimiter ?? UInt8(ascii: ",")
    try refill()
    let preamble = TextPreamble(buffer)
    (position, line) = (preamble.end, 1 + preamble.lines)
    if let refusal = TextEncoding.refusal(ofStart: buffer, file: path) { throw refusal }
    if delimiter == nil, let named = preamble.delimiter {
      self.delimiter = named
    } else if delimiter == nil {
      let name = TextTable.nameOfText(path)
      let isTabbed = name.hasSuffix(".tsv") || name.hasSuffix(".tab")
      self.delimiter = isTabbed ? UInt8(ascii: "\t") : DelimitedText.sniffedDelimiter(buffer[position...])
    }
    guard try advance(), fields[..<fieldCount].contains(where: { $0.start < $0.end }) else {
      throw EngramError(
        .invalidData, "the table is empty", file: path, place: "line 1", expected: "a header that names the columns")
    }
    for index in 0..<fieldCount { header.append(try text(index)) }
    row = 0
  }

  /// How much of the file has been read, in bytes.
  package var progress: (done: Int, total: Int) { (input.bytesRead, input.byteCount) }

  /// Goes to the next row.
  ///
  /// - Returns: Whether there is one.
  /// - Throws: ``EngramError`` with code `invalidData` for a row with another number of fields than the header, `corrupt` and
  ///   `truncated` for misplaced quotes.
  package func next() throws(EngramError) -> Bool {
    while try advance() {
      // Lines without anything end a file; they are no rows.
      if fieldCount == 1, fields[0].start == fields[0].end, header.count > 1 { continue }
      guard fieldCount == header.count else {
        throw unequal()
      }
      return true
    }
    return false
  }

  /// The error for a row that has another number of fields than the header.
  private func unequal() -> EngramError {
    let last = fields[fieldCount - 1]
    let endsWithDelimiter = fieldCount == header.count + 1 && last.start == last.end
    let isComment = header.count == 1 && header[0].hasPrefix("#")
    return EngramError(
      .invalidData, "a row has another number of fields than the header", file: input.path,
      place: "row \(row) (line \(line - 1))", expected: "\(header.count) fields", found: "\(fieldCount) fields",
      mend: isComment
        ? "remove the comment before the names of the columns"
        : endsWithDelimiter
          ? "end the header with a delimiter too, or take it from the ends of the rows"
          : fieldCount > header.count
            ? "put fields that hold the delimiter in quotes" : "complete the row, leaving nothing between delimiters")
  }

  /// A field as text.
  ///
  /// - Throws: ``EngramError`` with code `corrupt` for bytes that are not UTF-8, and for NULs.
  package func text(_ index: Int) throws(EngramError) -> String {
    guard let text = fields[index].text(in: buffer) else {
      throw TextEncoding.notUTF8(file: input.path, place: "row \(row) (line \(line - 1))")
    }
    guard !text.utf8.contains(0) else {
      throw EngramError(
        .corrupt, "the text holds a NUL character", file: input.path, place: "row \(row) (line \(line - 1))",
        mend: "copy the file again from its source")
    }
    return text
  }

  /// A field as a cell of a table.
  package func cell(_ index: Int) throws(EngramError) -> TextTable.Cell {
    .field(try text(index), isQuoted: fields[index].is_quoted != 0)
  }

  /// Appends the bytes of a field, and what ends it, to a key.
  package func appendKey(_ index: Int, to key: inout [UInt8]) {
    let field = fields[index]
    key.append(contentsOf: buffer[field.range])
    key.append(UInt8(truncatingIfNeeded: field.is_quoted))
  }

  /// The number that a field is; nil where the quick way does not tell, and text must be looked at.
  package func quickNumber(_ index: Int) -> Double? { fields[index].number(in: buffer) }

  /// Adds the row to a batch.
  ///
  /// - Returns: Whether it was added; a batch holds rows of one piece of the file only.
  package func add(to batch: inout NumberBatch) -> Bool { batch.add(row, fields, of: buffer, piece: piece) }

  private func refill() throws(EngramError) {
    let left = buffer[position...]
    guard left.count < Self.longestRow else {
      throw EngramError(
        .limit, "a row is too long", file: input.path, place: "row \(row + 1)",
        expected: "at most \(Self.longestRow) bytes",
        mend: "close the quotes of the fields")
    }
    (buffer, hasMore) = try input.read(max(Self.pieceSize, left.count), behind: left)
    position = 0
    piece += 1
  }

  /// Finds the fields of the next row.
  private func advance() throws(EngramError) -> Bool {
    while true {
      if position >= buffer.count {
        if !hasMore { return false }
        try refill()
        continue
      }
      if findPlainRow() { return true }
      fields.removeAll(keepingCapacity: true)
      var scanner = RowScanner(delimiter: delimiter, isLast: !hasMore)
      switch scanner.scan(buffer, from: position, into: &fields) {
      case .row(let end):
        fieldCount = fields.count
        move(to: end, lines: scanner.lines)
        return true
      case .cut: try refill()
      case .broken(let code, let message):
        throw EngramError(
          code, message, file: input.path, place: "line \(line)",
          mend: "put the whole field in quotes and double those inside it")
      }
    }
  }

  /// Finds the fields of a row without quotes and spaces around fields, as most are.
  private func findPlainRow() -> Bool {
    // One more than there should be, so that too many are noticed.
    while fields.count <= header.count { fields.append(engram_field()) }
    var (found, end) = (0, 0)
    // SAFETY: the kernel reads the bytes of the buffer and writes as many fields as there is room for.
    unsafe buffer.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return }
      unsafe fields.withUnsafeMutableBufferPointer { fields in
        found = unsafe engram_plain_row(
          base, bytes.count, position, delimiter, fields.baseAddress, fields.count, &end)
      }
    }
    guard found > 0 else { return false }
    fieldCount = found
    move(to: end, lines: 1)
    return true
  }

  /// Goes behind a row; what was read is kept until the next one, as the fields are lent from it.
  private func move(to end: Int, lines: Int) {
    position = end
    line += lines
    row += 1
  }
}

extension engram_field {
  /// Where its bytes lie.
  var range: Range<Int> { Int(start)..<Int(end) }

  /// The field as text, quotes inside it no longer doubled; nil for bytes that are not UTF-8.
  func text(in bytes: [UInt8]) -> String? {
    let quote = UInt8(ascii: "\"")
    let own = bytes[range]
    guard is_quoted != 0, own.contains(quote) else { return String(validating: own, as: UTF8.self) }
    var plain: [UInt8] = []
    var isSecond = false
    for byte in own {
      isSecond = byte == quote && !isSecond
      if !isSecond { plain.append(byte) }
    }
    return String(validating: plain, as: UTF8.self)
  }

  /// The number that the field is; nil where the quick way does not tell.
  func number(in bytes: [UInt8]) -> Double? {
    // SAFETY: the range is checked against the bytes.
    unsafe bytes.withUnsafeBytes { unsafe QuickNumber.read(UnsafeRawBufferPointer(rebasing: $0[range])) }
  }
}
