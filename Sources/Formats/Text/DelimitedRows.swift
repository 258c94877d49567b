// DelimitedRows.swift -- rows of a delimited file one after the other, in bounded memory.

package import Base

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
  private var buffer: [UInt8] = []
  private var position = 0
  private var hasMore = true
  /// The bytes of each field of the row, and whether it stood in quotes.
  private var fields: [(range: Range<Int>, isQuoted: Bool)] = []

  /// Bytes read at a time.
  private static let pieceSize = 1 << 20
  /// The longest row.
  private static let longestRow = 256 << 20
  private static let quote = UInt8(ascii: "\"")

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
    if buffer.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    if buffer.starts(with: [0xFF, 0xFE]) || buffer.starts(with: [0xFE, 0xFF]) {
      throw EngramError(
        .unsupported, "the text is UTF-16", file: path, place: "line 1", offset: 0, expected: "UTF-8",
        mend: "save the file as UTF-8")
    }
    if delimiter == nil {
      let name = TextTable.nameOfText(path)
      let isTabbed = name.hasSuffix(".tsv") || name.hasSuffix(".tab")
      self.delimiter = isTabbed ? UInt8(ascii: "\t") : DelimitedText.sniffedDelimiter(buffer[position...])
    }
    guard try advance(), fields.contains(where: { !$0.range.isEmpty }) else {
      throw EngramError(
        .invalidData, "the table is empty", file: path, place: "line 1", expected: "a header that names the columns")
    }
    for index in fields.indices { header.append(try text(index)) }
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
      if fields.count == 1, fields[0].range.isEmpty, header.count > 1 { continue }
      guard fields.count == header.count else {
        throw EngramError(
          .invalidData, "a row has another number of fields than the header", file: input.path,
          place: "row \(row) (line \(line - 1))", expected: "\(header.count) fields", found: "\(fields.count) fields",
          mend: fields.count > header.count
            ? "put fields that hold the delimiter in quotes" : "complete the row, leaving nothing between delimiters")
      }
      return true
    }
    return false
  }

  /// A field as text.
  ///
  /// - Throws: ``EngramError`` with code `corrupt` for bytes that are not UTF-8.
  package func text(_ index: Int) throws(EngramError) -> String {
    let (range, isQuoted) = fields[index]
    var bytes = buffer[range]
    if isQuoted, bytes.contains(Self.quote) {
      var plain: [UInt8] = []
      var isSecond = false
      for byte in bytes {
        isSecond = byte == Self.quote && !isSecond
        if !isSecond { plain.append(byte) }
      }
      bytes = plain[...]
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw EngramError(
        .corrupt, "the text is not UTF-8", file: input.path, place: "row \(row) (line \(line - 1))",
        mend: "save the file as UTF-8")
    }
    return text
  }

  /// A field as a cell of a table.
  package func cell(_ index: Int) throws(EngramError) -> TextTable.Cell {
    .field(try text(index), isQuoted: fields[index].isQuoted)
  }

  /// Appends the bytes of a field, and what ends it, to a key.
  package func appendKey(_ index: Int, to key: inout [UInt8]) {
    key.append(contentsOf: buffer[fields[index].range])
    key.append(fields[index].isQuoted ? 1 : 0)
  }

  /// The number that a field is; nil where the quick way does not tell, and text must be looked at.
  ///
  /// Exact: up to 15 digits and a power of ten below 10^22 are one operation on exact numbers (Clinger 1990), up to 19 digits
  /// one operation of extended precision whose rounding can be told; others go to `strtod`, which rounds correctly.
  package func quickNumber(_ index: Int) -> Double? {
    let range = fields[index].range
    if range.isEmpty { return nil }
    // SAFETY: the range lies inside the buffer.
    return unsafe buffer.withUnsafeBytes { unsafe QuickNumber.read(UnsafeRawBufferPointer(rebasing: $0[range])) }
  }

  /// The numbers of several fields, in one go.
  ///
  /// - Parameters:
  ///   - indices: The fields, a part of a list.
  ///   - numbers: Gets them at the places of that list.
  /// - Returns: How many were read: those before the first field that ``quickNumber(_:)`` does not tell.
  package func quickNumbers(_ indices: ArraySlice<Int>, into numbers: inout [Double]) -> Int {
    // SAFETY: the ranges lie inside the buffer.
    unsafe buffer.withUnsafeBytes { bytes -> Int in
      for place in indices.indices {
        let range = fields[indices[place]].range
        guard !range.isEmpty, let number = unsafe QuickNumber.read(UnsafeRawBufferPointer(rebasing: bytes[range]))
        else {
          return place - indices.startIndex
        }
        numbers[place] = number
      }
      return indices.count
    }
  }

  private func refill() throws(EngramError) {
    if position > 0 {
      buffer.removeFirst(position)
      position = 0
    }
    guard buffer.count < Self.longestRow else {
      throw EngramError(
        .limit, "a row is too long", file: input.path, place: "row \(row + 1)",
        expected: "at most \(Self.longestRow) bytes",
        mend: "close the quotes of the fields")
    }
    hasMore = try input.read(max(Self.pieceSize, buffer.count), into: &buffer)
  }

  /// Finds the fields of the next row.
  private func advance() throws(EngramError) -> Bool {
    while true {
      if position >= buffer.count {
        if !hasMore { return false }
        try refill()
        continue
      }
      if try scan() { return true }
      // The row goes on beyond what was read.
      try refill()
    }
  }

  /// Scans one row from the cursor; false where its end has not been read yet.
  private func scan() throws(EngramError) -> Bool {
    fields.removeAll(keepingCapacity: true)
    var problem: EngramError?
    var lines = 0
    let (start, delimiter, isLast) = (position, delimiter, !hasMore)
    let end: Int? = unsafe buffer.withUnsafeBytes { bytes -> Int? in
      let count = bytes.count
      var place = start
      while true {
        // SAFETY: every index is below `count`.
        if let end = unsafe plainEnd(bytes, place) {
          fields.append((place..<end, false))
          place = end + 1
          if unsafe bytes[end] == delimiter { continue }
          lines += 1
          return place
        }
        let isQuoted = unsafe place < count && bytes[place] == Self.quote
        let scanned = unsafe isQuoted ? scanQuoted(bytes, place, isLast, &lines) : scanPlain(bytes, place, isLast)
        switch scanned {
        case .field(let range, let next):
          fields.append((range, isQuoted))
          place = next
        case .cut: return nil
        case .broken(let error):
          problem = error
          return nil
        }
        if place >= count { return place }
        let byte = unsafe bytes[place]
        place += 1
        if byte == delimiter { continue }
        lines += 1
        guard byte == 0x0D else { return place }
        if place == count, !isLast { return nil }
        let isPair = unsafe place < count && bytes[place] == 0x0A
        return isPair ? place + 1 : place
      }
    }
    if let problem { throw problem }
    guard let end else {
      if isLast { throw broken("the text ends inside a row", .truncated) }
      return false
    }
    // What was read is kept until the next row, as the fields are lent from it.
    position = end
    line += lines
    row += 1
    return true
  }

  /// What a look at one field found.
  private enum Scanned {
    /// Its bytes, and where what ends it stands.
    case field(Range<Int>, next: Int)
    /// It goes on beyond what was read.
    case cut
    case broken(EngramError)
  }

  /// A field in quotes, at whose opening quote the cursor stands.
  @unsafe private func scanQuoted(
    _ bytes: UnsafeRawBufferPointer, _ place: Int, _ isLast: Bool, _ lines: inout Int
  ) -> Scanned {
    let count = bytes.count
    var close = place + 1
    // SAFETY: every index is below `count`.
    while close < count {
      if unsafe bytes[close] == Self.quote {
        guard close + 1 < count, unsafe bytes[close + 1] == Self.quote else { break }
        close += 1
      } else if unsafe bytes[close] == 0x0A {
        lines += 1
      }
      close += 1
    }
    if close >= count { return isLast ? .broken(broken("a quote is never closed", .truncated)) : .cut }
    if close + 1 == count, !isLast { return .cut }
    if close + 1 < count {
      let byte = unsafe bytes[close + 1]
      guard byte == delimiter || byte == 0x0A || byte == 0x0D else {
        return .broken(broken("text follows a closing quote", .corrupt))
      }
    }
    return .field(place + 1..<close, next: close + 1)
  }

  /// Where a field ends that has no quotes, no spaces around it, and behind it the delimiter or a line feed; nil for others.
  @unsafe private func plainEnd(_ bytes: UnsafeRawBufferPointer, _ first: Int) -> Int? {
    let (count, delimiter) = (bytes.count, delimiter)
    var place = first
    // SAFETY: every index is below `count`.
    while place < count {
      let byte = unsafe bytes[place]
      if byte == delimiter || byte == 0x0A { break }
      if byte == Self.quote || byte == 0x0D { return nil }
      place &+= 1
    }
    guard place < count else { return nil }
    if place == first { return place }
    let (low, high) = unsafe (bytes[first], bytes[place &- 1])
    return low == 0x20 || low == 0x09 || high == 0x20 || high == 0x09 ? nil : place
  }

  /// A field without quotes, without the spaces around it.
  @unsafe private func scanPlain(_ bytes: UnsafeRawBufferPointer, _ first: Int, _ isLast: Bool) -> Scanned {
    let (count, delimiter) = (bytes.count, delimiter)
    var place = first
    // SAFETY: every index is below `count`.
    while place < count {
      let byte = unsafe bytes[place]
      if byte == delimiter || byte == 0x0A || byte == 0x0D { break }
      if byte == Self.quote {
        return .broken(broken("a quote stands inside a field that does not start with one", .corrupt))
      }
      place += 1
    }
    if place == count, !isLast { return .cut }
    var (low, high) = (first, place)
    while unsafe low < high && (bytes[low] == 0x20 || bytes[low] == 0x09) { low += 1 }
    while unsafe low < high && (bytes[high - 1] == 0x20 || bytes[high - 1] == 0x09) { high -= 1 }
    return .field(low..<high, next: place)
  }

  private func broken(_ message: String, _ code: EngramError.Code) -> EngramError {
    EngramError(
      code, message, file: input.path, place: "line \(line)",
      mend: "put the whole field in quotes and double those inside it")
  }
}
