// TrajectoryStore+SQL.swift -- SQL over the catalog and over the trajectories themselves.

public import Base
import Catalog
import SQLite
public import TrajectoryModel
public import TrajectoryStore

extension TrajectoryStore {
  /// Asks the catalog and the trajectories anything, in SQL that can read and nothing else.
  ///
  /// Beside the tables of ``query(_:asOf:limits:header:row:)`` there are `trajectory(example_id, statistic, epoch, value)`, a row
  /// for each value, and `trajectory_wide(example_id, epoch, STATISTIC, …)`, a row for each epoch of each example. Conditions on
  /// `example_id`, `statistic` and `epoch` decide what is decoded. NaN is NULL, as SQLite has no other; what was not recorded has
  /// no row in the one and is NULL in the other. In the wide one a statistic whose name another column has, but for case, gets a
  /// number behind it, such as `M_2`; statistics beyond the first 1,900 are in the long one only.
  ///
  /// ```swift
  /// try store.sql(
  ///   """
  ///   SELECT learning_rule, avg(value) FROM trajectory JOIN example USING (example_id)
  ///   WHERE statistic = 'weightabs_mean' AND epoch = 100 GROUP BY learning_rule
  ///   """, header: { print($0) }, row: { print($0) })
  /// ```
  ///
  /// - Parameters:
  ///   - sql: One SELECT statement of SQLite.
  ///   - commit: The commit whose data the SQL sees; nil for the newest.
  ///   - limits: How long it may run, the decoding of values included.
  ///   - header: Gets the names of the columns, once.
  ///   - row: Gets each row.
  /// - Throws: ``EngramError`` with code `usage` and SQLite's own message when the statement is refused, `limit`, `cancelled`,
  ///   `corrupt` when a segment is damaged.
  public func sql(
    _ sql: String, asOf commit: Int64? = nil, limits: QueryLimits = QueryLimits(),
    header: (_ columns: [String]) throws(EngramError) -> Void,
    row: (_ values: [MetadataValue]) throws(EngramError) -> Void
  ) throws(EngramError) {
    // Who asks the catalog alone pays for nothing else.
    guard sql.lowercased().contains("trajectory") else {
      return try query(sql, asOf: commit, limits: limits, header: header, row: row)
    }
    let snapshot = try snapshot(asOf: commit)
    try readApart(asOf: commit, bounds: commit != nil) { (catalog) throws(EngramError) in
      let sandbox = catalog.sandbox(limits, over: ["trajectory", "trajectory_wide", "example_place"])
      let blocks = try TrajectoryBlocks(snapshot) { (body) throws(EngramError) in try sandbox.trusting(body) }
      let places = PlaceTable(try catalog.measurements(before: snapshot.exampleEnd))
      let wide = TrajectoryTable(blocks, .wide)
      do throws(EngramError) {
        try catalog.query(
          sql, in: sandbox, over: [TrajectoryTable(blocks, .long), wide], places: places, header: header, row: row)
      } catch {
        throw wide.explained(error)
      }
    }
  }

  /// The tables of trajectories and their columns.
  ///
  /// - Throws: What reading throws.
  public func trajectoryTables() throws(EngramError) -> [(name: String, columns: [String])] {
    let blocks = try TrajectoryBlocks(try snapshot()) { (body) throws(EngramError) in try body() }
    let wide = TrajectoryTable(blocks, .wide)
    return [
      ("trajectory", ["example_id", "statistic", "epoch", "value"]),
      (wide.name, ["example_id", "epoch"] + wide.columns.map(\.name)),
    ]
  }
}

extension TrajectoryTable {
  /// An error for a column that is not there, with the table that has the statistic.
  fileprivate func explained(_ error: EngramError) -> EngramError {
    let start = "no such column: "
    guard error.code == .usage, error.message.hasPrefix(start),
      let number = blocks.numbers[.text(String(error.message.dropFirst(start.count)))],
      !columns.contains(where: { $0.statistic == number })
    else { return error }
    var explained = error
    explained.mend =
      "trajectory_wide has the first \(Self.mostColumns) statistics; this one is in trajectory: WHERE statistic = '…'"
    return explained
  }
}
