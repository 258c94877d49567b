// MetadataTable+Delimited.swift -- CSV and TSV with a header, and what type a column has.

package import Base
import Formats
import TrajectoryModel

extension MetadataTable {
  /// Reads delimited text (RFC 4180) whose first row names the columns.
  ///
  /// **Types.** A column is of whole numbers when every value that is not null is one (`-?` digits, no leading zero, 64
  /// bits); else of reals when every one is a number (leading zeros do not count as numbers; `inf` does); else text. So `007`
  /// makes a column text, and a whole number among reals is a real. **Null** is, without quotes: nothing, `NA`, `N/A`,
  /// `NULL`, `null`, `None`, `nan`, `NaN`. Quotes keep such words as text; nothing in quotes is empty text in a column of
  /// text and null in a column of numbers. `True` and `False` are text. Lines without anything at the end are ignored.
  ///
  /// - Parameters:
  ///   - bytes: The whole text as UTF-8.
  ///   - file: What to name in errors.
  ///   - delimiter: The delimiter, or nil to take the one that the header has most of: `,` `;` tab or `|`.
  /// - Throws: ``EngramError`` with code `invalidData` for rows of unequal length and names that cannot be fields, `corrupt`
  ///   and `truncated` for misplaced quotes and for bytes that are not UTF-8, all with the row or line.
  package init(delimited bytes: [UInt8], file: String, delimiter: UInt8? = nil) throws(EngramError) {
    var text = try DelimitedText(bytes, file: file, delimiter: delimiter)
    guard !text.hasOnlyLineEndsLeft else {
      throw EngramError(
        .invalidData, "the table is empty", file: file, place: "line 1", expected: "a header that names the columns")
    }
    var row: [DelimitedField] = []
    try text.nextRow(into: &row)
    let names = row.map(\.text)
    try Self.check(names: names, file: file, place: "header")
    var columns = [[DelimitedField]](repeating: [], count: names.count)
    var rowCount = 0
    while !text.isAtEnd {
      let line = text.line
      // Lines without anything end the file, except in a table of one column, where each but those last is a null.
      if text.hasOnlyLineEndsLeft { break }
      try text.nextRow(into: &row)
      rowCount += 1
      guard row.count == names.count else {
        throw EngramError(
          .invalidData, "a row has another number of fields than the header", file: file,
          place: "row \(rowCount) (line \(line))", expected: "\(names.count) fields", found: "\(row.count) fields",
          mend: row.count > names.count
            ? "put fields that hold the delimiter in quotes" : "complete the row, leaving nothing between delimiters")
      }
      for index in row.indices { columns[index].append(row[index]) }
    }
    self.init(columns: zip(names, columns).map { ($0, Self.values($1)) }, rowCount: rowCount)
  }

  /// The values of a column by the rules above.
  static func values(_ fields: [DelimitedField]) -> [MetadataValue] {
    var isWhole = true
    var isReal = true
    var hasAny = false
    for field in fields where !isNull(field) && !field.text.isEmpty {
      hasAny = true
      if let whole = wholeNumber(field.text) {
        // A whole number among reals must be exact as a Double.
        if Double(exactly: whole) == nil { isReal = false }
      } else {
        isWhole = false
        if isReal, real(field.text) == nil { isReal = false }
      }
      if !isWhole, !isReal { break }
    }
    if hasAny, isWhole {
      return fields.map { field in
        isNull(field) ? .null : wholeNumber(field.text).map { .integer($0) } ?? .null
      }
    }
    if hasAny, isReal {
      return fields.map { field in isNull(field) ? .null : real(field.text).map { .real($0) } ?? .null }
    }
    return fields.map { isNull($0) ? .null : .text($0.text) }
  }

  /// Words that stand for no value.
  static let nullWords: Set<String> = ["", "NA", "N/A", "NULL", "null", "None", "nan", "NaN"]

  /// Whether a field stands for no value.
  private static func isNull(_ field: DelimitedField) -> Bool {
    // No such word is longer than four letters; most fields need no look into the set.
    guard !field.isQuoted, field.text.utf8.count <= 4, let first = field.text.utf8.first else {
      return field.text.isEmpty && !field.isQuoted
    }
    return first | 0x20 == UInt8(ascii: "n") && nullWords.contains(field.text)
  }

  /// The whole number that a text is in its plain spelling.
  private static func wholeNumber(_ text: String) -> Int64? {
    let digits = text.utf8.drop { $0 == UInt8(ascii: "-") }
    guard text.utf8.count - digits.count <= 1, hasPlainDigits(digits), digits.allSatisfy(isDigit) else { return nil }
    return Int64(text)
  }

  /// The number that a text is: digits with a point or an exponent, or an infinity.
  private static func real(_ text: String) -> Double? {
    var rest = text.utf8[...]
    if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
    if let first = rest.first, first | 0x20 == UInt8(ascii: "i") {
      let word = Substring(rest).lowercased()
      return word == "inf" || word == "infinity" ? (text.hasPrefix("-") ? -.infinity : .infinity) : nil
    }
    guard hasPlainDigits(rest) else { return nil }
    let allowed = rest.allSatisfy { byte in
      isDigit(byte) || byte | 0x20 == UInt8(ascii: "e") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
        || byte == UInt8(ascii: "+")
    }
    guard allowed, let value = Double(text), value.isFinite else { return nil }
    return value
  }

  /// Whether digits start without a zero too many: such are codes, not numbers.
  private static func hasPlainDigits(_ digits: Substring.UTF8View) -> Bool {
    guard let first = digits.first else { return false }
    return first != UInt8(ascii: "0") || digits.dropFirst().first.map { !isDigit($0) } ?? true
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
