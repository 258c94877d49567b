// MetricsTable.swift -- a CSV, TSV or JSON table of metrics, cell by cell: here NaN is a value.

package import Base
import Formats
package import TrajectoryModel

/// A table of metrics as it stands in its file.
///
/// Not a ``MetadataTable``, for which `nan` is nothing: here it is a value, and what is empty was not recorded.
package struct MetricsTable {
  /// One cell.
  package enum Cell: Hashable {
    /// Nothing there.
    case empty
    /// A JSON number.
    case integer(Int64)
    /// A JSON number.
    case real(Double)
    /// Text, and whether it could be anything else (a cell of CSV without quotes).
    case text(String, isPlain: Bool)
  }

  /// The file.
  package let file: String
  /// The columns, in order.
  package let columns: [(name: String, cells: [Cell])]
  /// The number of rows.
  package let rowCount: Int

  /// Reads a file: `.json` as JSON, `.tsv` and `.tab` with tabs, everything else with the delimiter that its header shows.
  package init(reading path: String) throws(EngramError) {
    let bytes = try InputFile(opening: path).contents(limit: MetadataTable.mostBytes)
    let name = path.lowercased()
    file = path
    do throws(EngramError) {
      if name.hasSuffix(".json") {
        (columns, rowCount) = try Self.json(bytes, path)
      } else {
        let isTabbed = name.hasSuffix(".tsv") || name.hasSuffix(".tab")
        (columns, rowCount) = try Self.delimited(bytes, path, delimiter: isTabbed ? UInt8(ascii: "\t") : nil)
      }
    } catch {
      throw error.inFile(path)
    }
    var seen: Set<String> = []
    for (index, column) in columns.enumerated()
    where column.name.isEmpty || !seen.insert(column.name.lowercased()).inserted {
      throw EngramError(
        .invalidData, column.name.isEmpty ? "a column has no name" : "the name of a column comes twice", file: path,
        place: "header, column \(index + 1)", found: "\"\(column.name)\"", mend: "give each column a name of its own")
    }
  }

  private static func delimited(
    _ bytes: [UInt8], _ path: String, delimiter: UInt8?
  ) throws(EngramError) -> ([(name: String, cells: [Cell])], Int) {
    var text = try DelimitedText(bytes, file: path, delimiter: delimiter)
    guard !text.hasOnlyLineEndsLeft else {
      throw EngramError(
        .invalidData, "the table is empty", place: "line 1", expected: "a header that names the columns")
    }
    var row: [DelimitedField] = []
    try text.nextRow(into: &row)
    var columns = row.map { (name: $0.text, cells: [Cell]()) }
    var rowCount = 0
    while !text.isAtEnd, !text.hasOnlyLineEndsLeft {
      try text.nextRow(into: &row)
      rowCount += 1
      guard row.count == columns.count else {
        throw EngramError(
          .invalidData, "a row has another number of fields than the header", place: "row \(rowCount)",
          expected: "\(columns.count) fields", found: "\(row.count) fields",
          mend: "put fields that hold the delimiter in quotes, and leave nothing between delimiters where nothing is")
      }
      for (index, field) in row.enumerated() {
        columns[index].cells.append(.text(field.text, isPlain: !field.isQuoted))
      }
    }
    return (columns, rowCount)
  }

  private static func json(
    _ bytes: [UInt8], _ path: String
  ) throws(EngramError) -> ([(name: String, cells: [Cell])], Int) {
    guard case .array(let rows) = try JSONValue(parsing: bytes, file: path) else {
      throw EngramError(
        .invalidData, "the JSON text is not a list of objects", expected: "[{\"run_id\": 1, \"epoch\": 0, …}, …]")
    }
    var places: [String: Int] = [:]
    var columns: [(name: String, cells: [Cell])] = []
    for (index, row) in rows.enumerated() {
      guard case .object(let object) = row else {
        throw EngramError(
          .invalidData, "a row of the table is no object", place: "row \(index + 1)", expected: "an object",
          found: row.kind)
      }
      for member in object.members {
        let place = places[member.key] ?? columns.count
        if place == columns.count {
          guard columns.count < MetadataTable.mostColumns else {
            throw EngramError(
              .limit, "the table has too many columns", expected: "at most \(MetadataTable.mostColumns)")
          }
          places[member.key] = place
          columns.append((member.key, []))
        }
        columns[place].cells.append(contentsOf: repeatElement(.empty, count: index - columns[place].cells.count))
        columns[place].cells.append(try cell(member.value, member.key, row: index))
      }
    }
    for place in columns.indices {
      columns[place].cells.append(contentsOf: repeatElement(.empty, count: rows.count - columns[place].cells.count))
    }
    return (columns, rows.count)
  }

  private static func cell(_ value: JSONValue, _ key: String, row: Int) throws(EngramError) -> Cell {
    switch value {
    case .null: return .empty
    case .bool(let value): return .integer(value ? 1 : 0)
    case .integer(let value): return .integer(value)
    case .real(let value): return .real(value)
    case .string(let text): return .text(text, isPlain: false)
    case .array, .object:
      throw EngramError(
        .invalidData, "a value of the table is not simple", place: "row \(row + 1), key \"\(key)\"",
        expected: "text, a number, a truth value or null", found: value.kind)
    }
  }
}

extension MetricsTable.Cell {
  /// Words that stand for nothing recorded; NaN is not among them.
  private static let emptyWords: Set<String> = ["", "NA", "N/A", "NULL", "null", "None"]

  /// What the cell says, for messages.
  package var shown: String {
    switch self {
    case .empty: "nothing"
    case .integer(let value): "\(value)"
    case .real(let value): "\(value)"
    case .text(let text, _): "'\(text.prefix(80))'"
    }
  }

  /// The number in a cell, which may be NaN or infinite, or nil where nothing was recorded.
  ///
  /// - Returns: A failure when it is no number.
  package var number: Result<Double?, NoNumber> {
    switch self {
    case .empty: return .success(nil)
    case .integer(let value): return .success(Double(value))
    case .real(let value): return .success(value)
    case .text(let text, _):
      if Self.emptyWords.contains(text) { return .success(nil) }
      var digits = text.utf8[...]
      let isNegative = digits.first == UInt8(ascii: "-")
      if isNegative || digits.first == UInt8(ascii: "+") { digits = digits.dropFirst() }
      switch Substring(digits).lowercased() {
      case "nan": return .success(.nan)
      case "inf", "infinity": return .success(isNegative ? -.infinity : .infinity)
      default:
        // Swift also reads hexadecimal, which no table of metrics means.
        let isDecimal = digits.allSatisfy { (48...57).contains($0) || [43, 45, 46, 69, 101].contains($0) }
        guard isDecimal, let value = Double(text), value.isFinite else { return .failure(NoNumber()) }
        return .success(value)
      }
    }
  }

  /// A cell that should hold a number holds none.
  package struct NoNumber: Error {}

  /// The cell as a value of a field, or nil when it cannot be one.
  package func value(as type: MetadataType) -> MetadataValue? {
    if case .text(let text, let isPlain) = self {
      // What ingest takes for null is null here too, so that the same spelling finds the same run.
      if isPlain, MetadataTable.nullWords.contains(text) { return .null }
      switch type {
      case .text: return .text(text)
      case .integer: return Int64(text).map { .integer($0) }
      case .real: break
      }
    }
    switch (self, type) {
    case (.empty, _): return .null
    case (.integer(let value), .integer): return .integer(value)
    case (.integer(let value), .text): return .text(String(value))
    case (.real(let value), .integer): return Int64(exactly: value).map { .integer($0) }
    case (_, .real):
      guard case .success(let number?) = number, !number.isNaN else { return nil }
      return .real(number)
    default: return nil
    }
  }
}
