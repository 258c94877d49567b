// CatalogWriter.swift -- one commit in the making, and what must hold at its end.

package import Base
import SQLite
import TrajectoryModel

/// One commit in the making, which reads what it has written; valid inside the closure that received it.
package final class CatalogWriter: CatalogReader {
  /// The number this commit will have.
  package let commitID: Int64
  /// The id that the next example will get: the end of the observations so far.
  package internal(set) var nextExample: Int64
  /// The last commit up to this one that changed or hid what was stored.
  var lastEdit: Int64
  /// The end of the extents so far.
  var nextExtent: Int64
  /// Ids of axes by their content, so that equal axes are stored once.
  var epochAxes: [[UInt64]: Int64]?
  var statisticAxes: [[UInt8]: Int64]?

  private let firstNewExample: Int64
  /// The id that the next run will get; ids below it are taken.
  var nextRun: Int64
  var knownFields: [MetadataField]
  var insertRun: Statement
  let insertObservation: Statement
  /// Layer sets by content, and their lengths.
  var layerSetIDs: [[UInt8]: Int64]?
  var layerCounts: [Int64: Int64] = [:]

  /// Begins a commit inside a transaction.
  init(_ connection: Connection, _ entry: CommitEntry) throws(EngramError) {
    commitID = try connection.nextNumber("commit_id", of: "commit_log")
    let end = try connection.integer("SELECT example_end FROM commit_log WHERE commit_id = ?1", commitID - 1) ?? 0
    lastEdit = try connection.integer("SELECT last_edit FROM commit_log WHERE commit_id = ?1", commitID - 1) ?? 0
    if end < 0 || lastEdit < 0 {
      throw EngramError(
        .corrupt, "a commit is not well formed", file: connection.path,
        place: "table commit_log, commit_id \(commitID - 1)", mend: "restore the catalog from a copy")
    }
    (firstNewExample, nextExample, nextExtent) = (end, end, end)
    nextRun = try connection.nextNumber("run_id", of: "run")
    insertObservation = try connection.cached(
      """
      INSERT INTO observation
        (first_example, example_count, run_id, layer_set_id, unit_fraction, noise_sd, observation_seed)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
      """)
    knownFields = []
    insertRun = insertObservation
    super.init(connection)
    newestEdit = lastEdit
    knownFields = try super.fields()
    insertRun = try connection.cached(Self.insertRunSQL(knownFields))
    let log = try statement(
      """
      INSERT INTO commit_log (commit_id, operation, message, time, example_end, author, reason, last_edit)
      VALUES (?1, ?2, ?3, \(Catalog.now), ?4, ?5, ?6, ?7)
      """)
    try log.bind(1, commitID)
    try log.bind(2, entry.operation)
    try log.bind(3, entry.message)
    try log.bind(4, end)
    try log.bind(5, entry.author)
    if let reason = entry.reason { try log.bind(6, reason) } else { try log.bind(6, nil) }
    try log.bind(7, lastEdit)
    try log.run()
  }

  /// The number of examples: those of this commit too when no other is named.
  package override func exampleEnd(asOf id: Int64? = nil) throws(EngramError) -> Int64 {
    id == nil || id == commitID ? nextExample : try super.exampleEnd(asOf: id)
  }

  /// Checks what the commit promises and completes its entry of the log.
  func finish() throws(EngramError) {
    try checkTiling("observation", nextExample)
    try checkTiling("extent", nextExtent)
    if nextExample != nextExtent {
      throw EngramError(
        .invalidData, "the commit describes other examples than it has values for", file: connection.path,
        expected: "values up to example \(nextExample)", found: "up to \(nextExtent)")
    }
    let log = try statement("UPDATE commit_log SET example_end = ?2, last_edit = ?3 WHERE commit_id = ?1")
    try log.bind(1, commitID)
    try log.bind(2, nextExample)
    try log.bind(3, lastEdit)
    try log.run()
  }

  /// Asks SQLite whether the new rows of a table fill exactly the new examples; they cannot overlap, because each was
  /// added where the last one ended.
  private func checkTiling(_ table: String, _ end: Int64) throws(EngramError) {
    let sum = try statement(
      "SELECT coalesce(sum(example_count), 0) FROM \(table) WHERE first_example >= ?1 AND first_example < ?2")
    defer { sum.reset() }
    try sum.bind(1, firstNewExample)
    try sum.bind(2, end)
    guard try sum.step(), sum.integer(0) == end - firstNewExample else {
      throw corrupt(
        "the new examples are not covered once each", "table \(table)", expected: "\(end - firstNewExample) examples",
        found: "\(sum.integer(0))")
    }
  }
}

extension Connection {
  /// The number that the next row of a table gets: one more than the greatest there is.
  ///
  /// - Throws: Code `corrupt` when no number is left, or the greatest is none that a catalog has.
  func nextNumber(_ column: String, of table: String) throws(EngramError) -> Int64 {
    let last = try integer("SELECT max(\(column)) FROM \(table)") ?? 0
    guard last >= 0, last < .max else {
      throw EngramError(
        .corrupt, "a number is out of range", file: path, place: "table \(table), column \(column)",
        expected: "0 to \(Int64.max - 1)", found: "\(last)", mend: "restore the catalog from a copy")
    }
    return last + 1
  }
}
