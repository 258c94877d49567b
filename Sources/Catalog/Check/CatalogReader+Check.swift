// CatalogReader+Check.swift -- everything that must hold in a catalog, checked.

package import Base
import SQLite
import TrajectoryModel

extension CatalogReader {
  /// Problems after which checking stops: more say nothing new.
  private static let mostProblems = 100

  /// What is wrong with the catalog; empty when nothing is.
  ///
  /// Compares every page with its checksum, asks SQLite for its own structure, types and references, then checks the rules of schema/catalog.sql that SQL
  /// cannot declare. Values of staged batches are compared with their length only; the store knows their hashes.
  ///
  /// - Returns: One error of code `corrupt` for each problem, which names table and row; and how many pages have no checksum,
  ///   because another SQLite brought them from the log into the file.
  /// - Throws: Only when the catalog cannot be read at all.
  /// - Complexity: Reads every page once, and some twice.
  package func check() throws(EngramError) -> (problems: [EngramError], unsealedPages: Int) {
    let pages = try connection.checkPages(most: Self.mostProblems)
    let damaged = pages.damaged.map { page in
      var error = corrupt("a page of the database differs from its checksum", "the database file, page \(page)")
      error.mend = "restore the catalog from a copy"
      return error
    }
    return (try logicalProblems() + damaged, Int(pages.unsealed))
  }

  /// What is wrong with the tables and rows.
  private func logicalProblems() throws(EngramError) -> [EngramError] {
    var problems: [EngramError] = []
    // If the tree of a table is damaged, its rows cannot be trusted to be what a query says.
    for problem in try connection.integrityProblems(most: Self.mostProblems) {
      problems.append(corrupt("SQLite finds damage: \(problem)", "the database file"))
    }
    if !problems.isEmpty { return problems }
    // Nor can the rules be asked of tables that are not there.
    problems = try schemaProblems()
    return problems.isEmpty ? try brokenRules(most: Self.mostProblems) : problems
  }

  /// The rules that rows of the tables break.
  ///
  /// - Parameter most: After so many, the rest are not looked for.
  /// - Returns: One error of code `corrupt` for each.
  /// - Throws: Only when the catalog cannot be read.
  func brokenRules(most: Int) throws(EngramError) -> [EngramError] {
    var problems: [EngramError] = []
    try list("PRAGMA main.foreign_key_check", into: &problems, most: most) { row in
      let id = row.isNull(1) ? "without number" : "\(row.integer(1))"
      return ("a row refers to a row of \(row.text(2)) that is not there", "table \(row.text(0)), row \(id)")
    }
    for (sql, message, table) in CheckRules.all {
      try list(sql, into: &problems, most: most) { row in (message, "table \(table), \(row.text(0))") }
    }
    return problems
  }

  /// Runs a query of ours and keeps what `problem` says of its rows.
  private func list(
    _ sql: String, into problems: inout [EngramError], most: Int = mostProblems,
    _ problem: (Statement) throws(EngramError) -> (message: String, place: String)?
  ) throws(EngramError) {
    let rows = try statement(sql)
    defer { rows.reset() }
    while problems.count < most, try rows.step() {
      if let (message, place) = try problem(rows) { problems.append(corrupt(message, place)) }
    }
  }
}
