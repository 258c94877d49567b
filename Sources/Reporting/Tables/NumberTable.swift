// NumberTable.swift -- the numbers of a picture: always there beside it.

package import Base
import Formats

/// The numbers that a picture shows, as rows for a spreadsheet or a program.
package struct NumberTable: Sendable, Hashable {
  /// The names of the columns.
  package let columns: [String]
  /// The rows; a cell is null, text or a number.
  package private(set) var rows: [[JSONValue]] = []

  /// Makes a table without rows.
  package init(_ columns: [String]) { self.columns = columns }

  /// Adds a row.
  ///
  /// - Precondition: It has a cell for each column.
  package mutating func append(_ row: [JSONValue]) {
    precondition(row.count == columns.count, "a row has a cell for each column")
    rows.append(row)
  }

  /// Comma-separated values with a header line.
  package var csv: String {
    var writer = CSVWriter()
    writer.header(columns)
    for row in rows { writer.row(row.map(Self.field)) }
    return String(decoding: writer.takeBytes(), as: UTF8.self)
  }

  /// An object for each row.
  package var json: JSONValue {
    .array(
      rows.map { row in
        var object = JSONObject()
        for (column, cell) in zip(columns, row) { object[column] = cell }
        return .object(object)
      })
  }

  /// A cell as a field of CSV.
  private static func field(_ cell: JSONValue) -> CSVWriter.Field {
    if case .string(let text) = cell { return .text(text) }
    if case .real(let number) = cell { return .number(number) }
    return plain(cell).map { .plain($0) } ?? .missing
  }

  /// A cell as text; nil for null.
  package static func plain(_ cell: JSONValue) -> String? {
    switch cell {
    case .null: nil
    case .string(let text): text
    case .integer(let number): String(number)
    case .real(let number): "\(number)"
    case .bool(let flag): flag ? "true" : "false"
    default: cell.description
    }
  }
}

extension JSONValue {
  /// A number, or null for nil and for what is not finite.
  static func number(_ value: Double?) -> JSONValue {
    guard let value, value.isFinite else { return .null }
    return .real(value)
  }
}
