// TextTable.swift -- a table in a CSV, TSV or JSON file, cell by cell, before anyone says what a cell means.

package import Base
import TrajectoryModel

/// A table of text as it stands in its file.
///
/// It guesses nothing: whether `nan`, `NA` or nothing is a value, and what type a column has, is for whoever reads it.
package struct TextTable: Sendable {
  /// What stands in one place.
  package enum Cell: Sendable, Hashable {
    /// A JSON null, or a key that a JSON object lacks.
    case empty
    /// A whole JSON number; `true` is 1 and `false` 0.
    case integer(Int64)
    /// Any other JSON number.
    case real(Double)
    /// A JSON text.
    case text(String)
    /// A field of delimited text, which may be empty or spell a number.
    case field(String, isQuoted: Bool)
  }

  /// What to name in errors.
  package let file: String
  /// Whether it was JSON, in which cells say their type; otherwise all are fields.
  package let isJSON: Bool
  /// The columns in the order of the file, or in which their keys first come; all have ``rowCount`` cells.
  package let columns: [(name: String, cells: [Cell])]
  /// The number of rows.
  package let rowCount: Int

  /// Words that usually stand for no value unless they are in quotes: those of pandas, which hold the `n/a` of BIDS.
  package static let missingWords: Set<String> = [
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA",
    "NULL", "NaN", "None", "n/a", "nan", "null",
  ]

  /// The largest file that is read into memory.
  package static let mostBytes = 1 << 32
  /// SQLite's limit on the columns of a table; a JSON list of objects has no more keys, as each costs a cell for each row.
  package static let mostColumns = 2_000

  /// Makes a table of columns that the caller knows to be of one length.
  package init(file: String, isJSON: Bool, columns: [(name: String, cells: [Cell])], rowCount: Int) {
    self.file = file
    self.isJSON = isJSON
    self.columns = columns
    self.rowCount = rowCount
  }

  /// Reads a file, plain, gzip or zstd: JSON and JSON lines as such, told by their first character; else delimited text.
  ///
  /// Files named `.tsv` and `.tab` have tabs, others the delimiter that their header shows, unless one is given.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - isRowsOnly: Whether errors name a row of delimited text without its line.
  ///   - delimiter: What parts the fields of delimited text, or nil for what the file shows.
  /// - Throws: ``EngramError`` as ``init(delimited:file:delimiter:isRowsOnly:)`` and ``init(json:file:)``; `unsupported` for
  ///   what is no text, saying what it is; `limit` above ``mostBytes``; `notFound` and `io` as ``InputFile/init(opening:)``.
  package init(reading path: String, isRowsOnly: Bool = false, delimiter: UInt8? = nil) throws(EngramError) {
    let bytes = try TextInput(opening: path).contents(limit: min(Self.mostBytes, MemoryBudget.forOneInput))
    let name = Self.nameOfText(path)
    if Self.isJSON(bytes, name: name) {
      try self.init(json: bytes, file: path)
    } else {
      let isTabbed = name.hasSuffix(".tsv") || name.hasSuffix(".tab")
      try self.init(
        delimited: bytes, file: path, delimiter: delimiter, usual: isTabbed ? UInt8(ascii: "\t") : nil,
        isRowsOnly: isRowsOnly)
    }
  }

  /// Bytes that a cell takes, with the value of metadata that is made of it.
  static let heldForCell = MemoryLayout<Cell>.stride + MemoryLayout<MetadataValue>.stride

  /// Refuses a text whose parts would take too much memory, before any is made.
  ///
  /// - Parameters:
  ///   - bytes: The text.
  ///   - file: What to name in errors.
  ///   - separators: Bytes of which each may begin a part.
  ///   - byteCount: Bytes that a part takes.
  /// - Throws: ``EngramError`` with code `limit`.
  static func requireRoom(
    _ bytes: [UInt8], file: String, separators: String, each byteCount: Int
  ) throws(EngramError) {
    // A text so short is small whatever is in it.
    if bytes.count <= MemoryBudget.forOneInput / byteCount { return }
    let wanted = Set(separators.utf8)
    var isSeparator = [Bool](repeating: false, count: 256)
    for byte in wanted { isSeparator[Int(byte)] = true }
    var count = 1
    for byte in bytes where isSeparator[Int(byte)] { count += 1 }
    try MemoryBudget.require(count, of: byteCount, what: "the values of the table", file: file)
  }

  /// The name of a file in lower case, without what says how it is compressed.
  package static func nameOfText(_ path: String) -> String {
    let name = path.lowercased()
    for suffix in [".gz", ".zst"] where name.hasSuffix(suffix) { return String(name.dropLast(suffix.count)) }
    return name
  }

  /// Whether a text is JSON: it says so by its name, or by a bracket or a brace at its start.
  package static func isJSON(_ bytes: [UInt8], name: String) -> Bool {
    if [".json", ".jsonl", ".ndjson"].contains(where: name.hasSuffix) { return true }
    if [".csv", ".tsv", ".tab"].contains(where: name.hasSuffix) { return false }
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    guard let first = bytes[start...].first(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) else { return false }
    return first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
  }

  /// Reads delimited text (RFC 4180) whose first row names the columns.
  ///
  /// Lines without anything are ignored, but for those between the rows of a table of one column.
  ///
  /// - Parameters:
  ///   - bytes: The whole text as UTF-8.
  ///   - file: What to name in errors.
  ///   - delimiter: The delimiter, or nil to take the one that the text names in a line `sep=;`.
  ///   - usual: The delimiter where the text names none, or nil to take the one that the header has most of: `,` `;` tab or `|`.
  ///   - isRowsOnly: Whether errors name a row without its line.
  /// - Throws: ``EngramError`` with code `invalidData` for rows of unequal length, `corrupt` and `truncated` for misplaced
  ///   quotes and for bytes that are not UTF-8, all with the row or line.
  package init(
    delimited bytes: [UInt8], file: String, delimiter: UInt8? = nil, usual: UInt8? = nil, isRowsOnly: Bool = false
  ) throws(EngramError) {
    try Self.requireRoom(bytes, file: file, separators: ",;\t|\n", each: Self.heldForCell)
    var text = try DelimitedText(bytes, file: file, delimiter: delimiter, usual: usual)
    guard !text.hasOnlyLineEndsLeft else {
      throw EngramError(
        .invalidData, "the table is empty", file: file, place: "line 1", expected: "a header that names the columns")
    }
    var row: [DelimitedText.Field] = []
    try text.nextRow(into: &row)
    var columns = row.map { (name: $0.text, cells: [Cell]()) }
    var rowCount = 0
    // Lines without anything are no rows, except in a table of one column, where each but those last is an empty field.
    while !text.isAtEnd, !text.hasOnlyLineEndsLeft {
      let line = text.line
      try text.nextRow(into: &row)
      if columns.count > 1, row.count == 1, row[0].text.isEmpty, !row[0].isQuoted { continue }
      rowCount += 1
      guard row.count == columns.count else {
        throw EngramError(
          .invalidData, "a row has another number of fields than the header", file: file,
          place: "row \(rowCount)" + (isRowsOnly ? "" : " (line \(line))"), expected: "\(columns.count) fields",
          found: "\(row.count) fields",
          mend: row.count > columns.count
            ? "put fields that hold the delimiter in quotes" : "complete the row, leaving nothing between delimiters")
      }
      for index in row.indices { columns[index].cells.append(.field(row[index].text, isQuoted: row[index].isQuoted)) }
    }
    self.init(file: file, isJSON: false, columns: columns, rowCount: rowCount)
  }
}
