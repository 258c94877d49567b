// CatalogReader+Tables.swift -- free queries that also ask tables whose rows are made while they run.

package import Base
package import SQLite
package import TrajectoryModel

extension CatalogReader {
  /// The sandbox of a query over tables whose rows are made while it runs.
  package func sandbox(_ limits: QueryLimits, over tables: [String]) -> Sandbox {
    Sandbox(.query(over: tables), seconds: limits.seconds, work: limits.work)
  }

  /// The examples of each measurement that the reader shows, ascending.
  ///
  /// - Parameter end: Measurements from this id on are left out.
  /// - Returns: A range for each measurement.
  /// - Throws: Code `corrupt` for impossible examples.
  /// - Complexity: O(observations).
  package func measurements(before end: Int64) throws(EngramError) -> [Range<Int64>] {
    let rows = try connection.prepare(
      "SELECT first_example, example_count FROM observation WHERE first_example < ?1 ORDER BY first_example")
    try rows.bind(1, end)
    var found: [Range<Int64>] = []
    while try rows.step() {
      let (last, overflow) = rows.integer(0).addingReportingOverflow(rows.integer(1))
      guard !overflow, rows.integer(0) >= found.last?.upperBound ?? 0, last > rows.integer(0) else {
        throw corrupt("an observation has impossible examples", "table observation, first_example \(rows.integer(0))")
      }
      found.append(rows.integer(0)..<last)
    }
    return found
  }

  /// Runs one SELECT of the user's over the catalog and over tables whose rows are made while it runs.
  ///
  /// The view `example` is made anew over the last of the tables, which has `example_id`, `first_example` and `ordinal`: so an
  /// example is found by its id, in whatever order tables are joined. The connection must be the reader's own.
  ///
  /// - Parameters:
  ///   - sql: One statement.
  ///   - sandbox: What ``sandbox(_:over:)`` made.
  ///   - tables: The tables.
  ///   - places: The table of the places of examples.
  ///   - header: Called once, with the names of the columns, before any row.
  ///   - row: Called for each row.
  /// - Throws: As ``query(_:limits:header:row:)``, and what the tables throw.
  package func query(
    _ sql: String, in sandbox: Sandbox, over tables: [any VirtualTable], places: any VirtualTable,
    header: (_ columns: [String]) throws(EngramError) -> Void,
    row: (_ values: [MetadataValue]) throws(EngramError) -> Void
  ) throws(EngramError) {
    for table in tables + [places] { try connection.register(table) }
    let runs =
      try connection.integer("SELECT 1 FROM temp.sqlite_master WHERE name = 'run_then'") == nil ? "run" : "run_then"
    try connection.execute(
      "DROP VIEW IF EXISTS temp.example; \(Columns(fields: try fields()).exampleView(over: places.name, runs: runs));")
    do throws(EngramError) {
      try query(sql, in: sandbox, known: Self.tables + tables.map(\.name), header: header, row: row)
    } catch {
      // What a table threw says more than SQLite's word that it was stopped.
      throw (tables + [places]).lazy.compactMap(\.failure).first ?? error
    }
  }
}
