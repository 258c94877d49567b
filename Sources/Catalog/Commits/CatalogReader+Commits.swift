// CatalogReader+Commits.swift -- the commit log, and how much there is as of a commit.

package import Base
import SQLite
package import TrajectoryModel

extension CatalogReader {
  private static let commitColumns =
    "SELECT commit_id, operation, message, time, example_end, author, reason, last_edit FROM commit_log"

  private func commits(_ clause: String, _ parameter: Int64? = nil) throws(EngramError) -> [Commit] {
    let rows = try statement("\(Self.commitColumns) \(clause)")
    defer { rows.reset() }
    if let parameter { try rows.bind(1, parameter) }
    var commits: [Commit] = []
    while try rows.step() {
      guard rows.integer(0) >= 1, rows.integer(4) >= 0, rows.integer(7) >= 0 else {
        throw corrupt("a commit is not well formed", "table commit_log, commit_id \(rows.integer(0))")
      }
      commits.append(
        Commit(
          id: rows.integer(0), operation: rows.text(1), message: rows.text(2), time: rows.text(3),
          exampleEnd: rows.integer(4), author: rows.text(5), reason: rows.isNull(6) ? nil : rows.text(6),
          lastEdit: rows.integer(7)))
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
  /// - Throws: Code `notFound`; `corrupt` when the log lacks a commit before its newest one.
  package func commit(_ id: Int64) throws(EngramError) -> Commit {
    if let commit = try commits("WHERE commit_id = ?1", id).first { return commit }
    let last = try latestCommit()?.id ?? 0
    if id >= 1, id <= last { throw corrupt("a commit is missing", "table commit_log, commit_id \(id)") }
    throw EngramError(
      .notFound, "there is no commit \(id)", file: connection.path, expected: last == 0 ? "none yet" : "1 to \(last)")
  }

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
}
