// Table.swift -- rows for people, JSON or CSV, from the same declaration.

package import Base

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

  /// The whole table in a format, for people and programs at a terminal or elsewhere.
  package func text(as format: Format, terminal: Terminal = .none) throws(EngramError) -> String {
    switch format {
    case .table: humanText(width: terminal.width, style: terminal.style)
    case .csv: csvText(isForTerminal: terminal.isTerminal)
    case .json: try jsonText()
    }
  }
}
