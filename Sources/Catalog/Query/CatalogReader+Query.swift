// CatalogReader+Query.swift -- free queries.

package import Base
import SQLite
package import TrajectoryModel

extension CatalogReader {
  /// Runs one SELECT of the user's over the tables and views of schema/catalog.sql.
  ///
  /// It can do nothing but read: an authorizer refuses everything else while SQLite compiles it.
  ///
  /// - Parameters:
  ///   - sql: One statement.
  ///   - limits: Its time limit, which does not count the time in `header` and `row`, and a way to stop it.
  ///   - header: Called once, with the names of the columns, before any row.
  ///   - row: Called for each row.
  /// - Throws: Code `usage` for SQL that is wrong or refused, with SQLite's own message; `limit`, `cancelled`; what the
  ///   closures throw.
  package func query(
    _ sql: String, limits: QueryLimits = QueryLimits(),
    header: (_ columns: [String]) throws(EngramError) -> Void,
    row: (_ values: [MetadataValue]) throws(EngramError) -> Void
  ) throws(EngramError) {
    try query(
      sql, in: Sandbox(.query, seconds: limits.seconds, work: limits.work), known: Self.tables, header: header, row: row
    )
  }

  /// Runs one SELECT of the user's in a sandbox.
  ///
  /// - Parameters:
  ///   - sql: One statement.
  ///   - sandbox: The rules, and how long it may run.
  ///   - known: The tables that an error lists.
  ///   - header: Called once, with the names of the columns, before any row.
  ///   - row: Called for each row.
  /// - Throws: As ``query(_:limits:header:row:)``.
  func query(
    _ sql: String, in sandbox: Sandbox, known: [String],
    header: (_ columns: [String]) throws(EngramError) -> Void,
    row: (_ values: [MetadataValue]) throws(EngramError) -> Void
  ) throws(EngramError) {
    var refused: EngramError?
    try connection.sandboxed(sandbox) { () throws(EngramError) in
      let asked: Statement
      do throws(EngramError) {
        asked = try connection.prepareUserSQL(sql)
      } catch {
        // What there is in its place, SQLite is asked behind the sandbox.
        refused = error
        return
      }
      let count = asked.columnCount
      try sandbox.paused { () throws(EngramError) in try header((0..<count).map { asked.columnName($0) }) }
      let rows = try tally(asked, in: sandbox) ?? asked
      while try rows.step() {
        try sandbox.paused { () throws(EngramError) in
          var values: [MetadataValue] = []
          values.reserveCapacity(count)
          for column in 0..<count { values.append(try rows.value(Int32(column))) }
          try row(values)
        }
      }
    }
    if let refused {
      let places = Self.unknownColumn(refused) == nil ? [] : try columns(namedIn: sql, of: known)
      throw explained(refused, places, tables: known)
    }
  }

  /// The tables and views that a query may read, ascending.
  package static var tables: [String] {
    CatalogSchema.current.objects.keys.compactMap { key in
      let words = key.split(separator: " ")
      return words.count == 2 && words[0] != "index" ? String(words[1]) : nil
    }.sorted()
  }
}
