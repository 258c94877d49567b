// Table.swift -- rows for people, JSON or CSV, from the same declaration.

/// Rows of cells under named columns, shown to people, or written as JSON or CSV.
///
/// ```swift
/// var table = Table(columns: ["split", "train", "test"])
/// table.append([.text("fig2a/0"), .integer(15552), .integer(5184)])
/// ```
package struct Table: Sendable {
  /// Who reads a table.
  package enum Format: String, Sendable, CaseIterable {
    /// A person.
    case table
    /// A spreadsheet or a data frame.
    case csv
    /// A program.
    case json
  }

  /// The names of the columns.
  package let columns: [String]
  /// The rows.
  package private(set) var rows: [[TableCell]] = []

  /// Makes a table without rows.
  package init(columns: [String]) { self.columns = columns }

  /// Adds a row.
  ///
  /// - Precondition: It has as many cells as there are columns.
  package mutating func append(_ row: [TableCell]) {
    precondition(row.count == columns.count, "a row has a cell for each column")
    rows.append(row)
  }

  /// The whole table in a format; `width` and `style` concern people only.
  package func text(as format: Format, width: Int? = nil, style: TextStyle = .plain) -> String {
    switch format {
    case .table: humanText(width: width, style: style)
    case .csv: csvText
    case .json: jsonText
    }
  }
}
