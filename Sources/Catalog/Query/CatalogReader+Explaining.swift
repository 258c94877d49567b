// CatalogReader+Explaining.swift -- what is wrong with a user's SQL, in more words than SQLite's.

import Base
import SQLite

/// A table or view with its columns.
typealias TableColumns = (table: String, columns: [String])

extension CatalogReader {
  /// What is wrong with a user's SQL, in more words than SQLite's.
  ///
  /// - Parameters:
  ///   - error: What SQLite says.
  ///   - places: The tables that the SQL reads: for "no such column" it gives their columns and a guess at the one that was meant.
  ///   - known: The tables there are: for "no such table" it gives those.
  /// - Returns: The error in more words, or as it is.
  func explained(_ error: EngramError, _ places: [TableColumns], tables known: [String] = tables) -> EngramError {
    let noTable = "no such table: "
    if error.code == .usage, error.message.hasPrefix(noTable) {
      let name = String(error.message.dropFirst(noTable.count))
      return EngramError(
        .usage, error.message, file: connection.path, place: error.place,
        expected: "one of \(known.joined(separator: ", "))", found: "'\(name)'",
        mend: closestName(to: name, among: known).map { "did you mean '\($0)'?" })
    }
    if error.code == .usage, error.message.hasPrefix("unrecognized token: ") {
      return EngramError(
        .usage, "a quote is not closed, or a character has no meaning in SQL", file: connection.path,
        place: error.place,
        expected: "texts in single quotes, a quote inside a text doubled",
        mend: "double a quote inside a text, as in 'O''Brien'")
    }
    guard error.code == .usage, let name = Self.unknownColumn(error) else { return error }
    return Columns.unknown(name, in: places, file: connection.path, place: error.place)
  }

  /// The columns of the tables that a query names; those of `example` where it names none.
  ///
  /// - Parameters:
  ///   - sql: The query.
  ///   - known: The tables that it may read.
  /// - Returns: Each table with its columns, in the order of `known`.
  /// - Throws: What SQLite says.
  func columns(namedIn sql: String, of known: [String]) throws(EngramError) -> [TableColumns] {
    let words = Set(
      sql.lowercased().split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init))
    var found: [TableColumns] = []
    for table in known where words.contains(table.lowercased()) {
      let rows = try connection.prepare("SELECT name FROM pragma_table_info(?1)")
      try rows.bind(1, table)
      var names: [String] = []
      while try rows.step() { names.append(rows.text(0)) }
      found.append((table, names))
    }
    return found.isEmpty ? [Columns(fields: try fields()).ofExample] : found
  }

  /// The name in SQLite's "no such column: NAME".
  static func unknownColumn(_ error: EngramError) -> String? {
    let start = "no such column: "
    return error.message.hasPrefix(start) ? String(error.message.dropFirst(start.count)) : nil
  }
}
