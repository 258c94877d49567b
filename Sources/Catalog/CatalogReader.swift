// CatalogReader.swift -- one snapshot of a catalog: what is in it.

package import Base
import SQLite
package import TrajectoryModel

/// One snapshot of a catalog; valid inside the closure that received it.
package class CatalogReader {
  let connection: Connection
  private(set) var isEnded = false

  init(_ connection: Connection) { self.connection = connection }

  /// Makes later use a trap: the transaction is over.
  func end() { isEnded = true }

  /// A statement that is kept for the next time.
  func statement(_ sql: String) throws(EngramError) -> Statement {
    precondition(!isEnded, "a catalog is read inside the closure that received the reader")
    return try connection.cached(sql)
  }

  /// The error for something that this program would not have written.
  func corrupt(_ message: String, _ place: String, expected: String? = nil, found: String? = nil) -> EngramError {
    EngramError(
      .corrupt, message, file: connection.path, place: place, expected: expected, found: found,
      mend: "restore the catalog from a copy")
  }

  /// The identifier of the store: 32 hex digits, drawn when it was made.
  package func storeIdentifier() throws(EngramError) -> String {
    let row = try statement("SELECT identifier FROM store")
    defer { row.reset() }
    guard try row.step() else { throw corrupt("the store has no identifier", "table store") }
    return row.text(0)
  }

  private static let commitColumns = "SELECT commit_id, operation, message, time, example_end FROM commit_log"

  private func commits(_ clause: String, _ parameter: Int64? = nil) throws(EngramError) -> [Commit] {
    let rows = try statement("\(Self.commitColumns) \(clause)")
    defer { rows.reset() }
    if let parameter { try rows.bind(1, parameter) }
    var commits: [Commit] = []
    while try rows.step() {
      commits.append(
        Commit(
          id: rows.integer(0), operation: rows.text(1), message: rows.text(2), time: rows.text(3),
          exampleEnd: rows.integer(4)))
    }
    return commits
  }

  /// The commit log, oldest first.
  package func commits() throws(EngramError) -> [Commit] { try commits("ORDER BY commit_id") }

  /// The newest commit, or nil in a store that was just made.
  package func latestCommit() throws(EngramError) -> Commit? {
    try commits("ORDER BY commit_id DESC LIMIT 1").first
  }

  /// The commit of a number.
  ///
  /// - Throws: Code `notFound`.
  package func commit(_ id: Int64) throws(EngramError) -> Commit {
    if let commit = try commits("WHERE commit_id = ?1", id).first { return commit }
    let last = try latestCommit()?.id ?? 0
    throw EngramError(
      .notFound, "there is no commit \(id)", file: connection.path, expected: last == 0 ? "none yet" : "1 to \(last)")
  }

  /// The number of examples as of a commit; nil is the newest.
  ///
  /// - Throws: Code `notFound` when there is no such commit.
  package func exampleEnd(asOf id: Int64? = nil) throws(EngramError) -> Int64 {
    guard let id else { return try latestCommit()?.exampleEnd ?? 0 }
    return try commit(id).exampleEnd
  }

  /// The fields of `run`: the standard ones, then the user's in order of adding.
  package func fields() throws(EngramError) -> [MetadataField] {
    let rows = try statement("SELECT name, type FROM field ORDER BY ordinal")
    defer { rows.reset() }
    var fields: [MetadataField] = []
    while try rows.step() {
      let name = rows.text(0)
      guard let type = MetadataType(rawValue: rows.text(1)), MetadataField.isValidName(name) else {
        throw corrupt("a field has no valid name and type", "table field, row \(fields.count)", found: "'\(name)'")
      }
      fields.append(MetadataField(name: name, type: type))
    }
    return fields
  }

  /// Every column of the `example` view, in its order.
  package func exampleColumns() throws(EngramError) -> [String] { Columns(fields: try fields()).ofExampleView }

  /// How much there is, counting also what no commit has sealed yet when a writer asks.
  ///
  /// - Complexity: O(1) but for a count of the rows of `observation`.
  package func counts() throws(EngramError) -> CatalogCounts {
    let rows = try statement(
      """
      SELECT (SELECT count(*) FROM run), (SELECT count(*) FROM observation), (SELECT count(*) FROM layer_set),
        (SELECT first_example + example_count FROM observation ORDER BY first_example DESC LIMIT 1)
      """)
    defer { rows.reset() }
    guard try rows.step() else { throw corrupt("SQLite counts nothing", "table run") }
    return CatalogCounts(
      runs: rows.integer(0), observations: rows.integer(1), examples: rows.integer(3), layerSets: rows.integer(2))
  }

  /// The first ingest of a content, or nil.
  package func ingested(_ contentHash: String) throws(EngramError) -> IngestRecord? {
    let row = try statement(
      "SELECT source, commit_id, first_example, example_count FROM ingest WHERE content_hash = ?1 ORDER BY commit_id")
    defer { row.reset() }
    try row.bind(1, contentHash)
    guard try row.step() else { return nil }
    let (first, count) = (row.integer(2), row.integer(3))
    guard first >= 0, count >= 0, !first.addingReportingOverflow(count).overflow else {
      throw corrupt("an ingest has impossible examples", "table ingest, content_hash \(contentHash)")
    }
    return IngestRecord(
      contentHash: contentHash, source: row.text(0), commit: try commit(row.integer(1)),
      examples: first..<(first + count))
  }
}
