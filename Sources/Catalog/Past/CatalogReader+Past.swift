// CatalogReader+Past.swift -- the store as of a commit: tables and views of the connection's own, where edits need them.

package import Base
import SQLite
package import TrajectoryModel

extension CatalogReader {
  /// Makes the reader show the store as of a commit, without what is hidden at it.
  ///
  /// Where nothing was edited after the commit, no field came after it, nothing is hidden at it, and it is the newest or later
  /// rows may be seen, the tables of the catalog are what is wanted and nothing is made. Else the connection gets tables and
  /// views of its own (TEMP, in memory) under the names of those of the catalog, which SQLite finds first; they stay with the
  /// connection for the next who asks for the same.
  ///
  /// - Parameters:
  ///   - commit: The commit; nil for the newest.
  ///   - bounds: Whether rows of later commits must not be seen by free queries either.
  /// - Throws: Code `notFound` for the commit.
  /// - Complexity: O(fields) without edits; else O(edits after the commit + observations hidden), and O(runs) where a run or
  ///   a field was edited after it.
  func look(asOf commit: Int64?, bounds: Bool) throws(EngramError) {
    guard let entry = if let commit { try self.commit(commit) } else { try latestCommit() } else { return }
    // After the newest commit there are no rows to keep from anybody.
    let isNewest = try latestCommit()?.id == entry.id
    let past = Past(
      commit: entry.id, end: entry.exampleEnd, lastEdit: newestEdit, lastField: newestField,
      bounds: bounds && !isNewest)
    if connection.temporaryState != past.key {
      // What is not whole is made anew by the next reader.
      connection.temporaryState = nil
      try connection.execute(Past.clearing)
      schema = try make(past) ? "temp" : "main"
      connection.temporaryState = past.key
      connection.hasTemporaryViews = schema == "temp"
    }
    schema = connection.hasTemporaryViews ? "temp" : "main"
  }

  /// Makes the tables and views that show a commit.
  ///
  /// - Returns: Whether any were needed.
  private func make(_ past: Past) throws(EngramError) -> Bool {
    let isEdited = try isAny(past.editsAfter)
    let isHiding = try isAny(past.hiddenThen)
    let isWidened = newestField > past.commit
    if !isEdited && !isHiding && !isWidened && !past.bounds { return false }
    try connection.execute(past.hidingSQL)
    var source = "main.run"
    if isEdited {
      try makeRuns(past)
      source = "run_then"
    } else if isWidened {
      try connection.execute(past.fieldsSQL)
    }
    try connection.execute(past.views(over: source, Columns(fields: try fields())))
    return true
  }

  private func isAny(_ sql: String) throws(EngramError) -> Bool { try connection.integer(sql) != nil }

  /// Makes the fields and the runs as they were.
  private func makeRuns(_ past: Past) throws(EngramError) {
    try connection.execute(past.fieldsSQL)
    let then = try fields()
    let rows = try connection.prepare("SELECT ordinal, name, type FROM main.field ORDER BY ordinal")
    var now: [String] = []
    while try rows.step() {
      let isRetyped = now.count < then.count && then[now.count].type.rawValue != rows.text(2)
      // A change of type has kept every value there was, so all of them are put back.
      now.append(isRetyped ? "NULL" : Columns.quoted(rows.text(1)))
    }
    guard then.count <= now.count else { throw corrupt("a field is missing", "table field") }
    let columns = then.map { "\(Columns.quoted($0.name)) \($0.type.rawValue.uppercased())" }
    try connection.execute(
      """
      CREATE TEMP TABLE run_then (run_id INTEGER PRIMARY KEY, \(columns.joined(separator: ", "))) STRICT;
      INSERT INTO temp.run_then SELECT run_id, \(now.prefix(then.count).joined(separator: ", "))
        FROM main.run WHERE run_id IN (SELECT run_id FROM main.observation WHERE first_example < \(past.end));
      """)
    for (ordinal, field) in then.enumerated() { try connection.execute(past.puttingBack(ordinal, field)) }
  }

  /// The ids of the examples that were removed for good.
  package func purgedExamples() throws(EngramError) -> ExampleSet {
    let rows = try connection.prepare("SELECT first_example, example_count FROM main.purged")
    var ranges: [Range<Int64>] = []
    while try rows.step() {
      let (end, overflow) = rows.integer(0).addingReportingOverflow(rows.integer(1))
      guard !overflow, rows.integer(0) >= 0, end > rows.integer(0) else {
        throw corrupt("a purged range is impossible", "table purged, first_example \(rows.integer(0))")
      }
      ranges.append(rows.integer(0)..<end)
    }
    return ExampleSet(ranges)
  }

  /// The examples that are hidden at the newest commit.
  package func hiddenExamples() throws(EngramError) -> ExampleSet {
    guard let last = try latestCommit() else { return ExampleSet() }
    return try absentExamples(asOf: last.id)
  }

  /// The examples that are not there for a reader: hidden at a commit, or purged.
  ///
  /// - Complexity: O(1) in a store without edits.
  package func absentExamples(asOf commit: Int64?) throws(EngramError) -> ExampleSet {
    guard newestEdit > 0 else { return ExampleSet() }
    guard let entry = if let commit { try self.commit(commit) } else { try latestCommit() } else { return ExampleSet() }
    let rows = try connection.prepare(
      """
      SELECT first_example, example_count FROM main.purged WHERE first_example < ?1 UNION ALL
      SELECT o.first_example, o.example_count FROM main.hidden AS h JOIN main.observation AS o USING (first_example)
        WHERE h.commit_id <= ?2 AND (h.shown_commit IS NULL OR h.shown_commit > ?2) AND first_example < ?1
      """)
    try rows.bind(1, entry.exampleEnd)
    try rows.bind(2, entry.id)
    var ranges: [Range<Int64>] = []
    while try rows.step() {
      let (first, count) = (rows.integer(0), rows.integer(1))
      guard first >= 0, count > 0, !first.addingReportingOverflow(count).overflow else {
        throw corrupt("what is hidden has impossible examples", "table hidden, first_example \(first)")
      }
      ranges.append(first..<min(first + count, entry.exampleEnd))
    }
    return ExampleSet(ranges)
  }
}

/// The SQL that shows a store as of one commit.
private struct Past {
  let commit, end, lastEdit, lastField: Int64
  let bounds: Bool

  /// What tables of these texts show; a later edit or field makes other ones necessary.
  var key: String { "\(commit) \(lastEdit) \(lastField) \(bounds)" }

  /// Takes away what was made before.
  static let clearing =
    ["example", "run_observation", "run_metric_last", "run_metric", "run", "observation"].map {
      "DROP VIEW IF EXISTS temp.\($0);"
    }.joined() + ["run_then", "hidden_then", "field"].map { "DROP TABLE IF EXISTS temp.\($0);" }.joined()

  /// Gives a row where a field or a run was edited after the commit.
  var editsAfter: String {
    """
    SELECT 1 WHERE EXISTS (SELECT 1 FROM main.run_before WHERE commit_id > \(commit))
      OR EXISTS (SELECT 1 FROM main.field_before WHERE commit_id > \(commit))
    """
  }

  /// Gives a row where anything is hidden at the commit.
  var hiddenThen: String { "SELECT first_example FROM main.hidden WHERE \(isHidden) LIMIT 1" }

  private var isHidden: String { "commit_id <= \(commit) AND (shown_commit IS NULL OR shown_commit > \(commit))" }

  /// The observations that are hidden, and a view of the others.
  var hidingSQL: String {
    """
    CREATE TEMP TABLE hidden_then (first_example INTEGER PRIMARY KEY);
    INSERT INTO temp.hidden_then SELECT DISTINCT first_example FROM main.hidden WHERE \(isHidden);
    CREATE TEMP VIEW observation AS SELECT o.* FROM main.observation AS o WHERE o.first_example < \(end)
      AND NOT EXISTS (SELECT 1 FROM hidden_then AS h WHERE h.first_example = o.first_example);
    """
  }

  /// The fields as they were.
  var fieldsSQL: String {
    """
    CREATE TEMP TABLE field (ordinal INTEGER PRIMARY KEY, name TEXT, type TEXT, commit_id INTEGER);
    INSERT INTO temp.field SELECT ordinal, name, type, commit_id FROM main.field WHERE commit_id <= \(commit);
    UPDATE temp.field SET name = b.name, type = b.type FROM (
      SELECT ordinal, name, type, min(commit_id) FROM main.field_before WHERE commit_id > \(commit) GROUP BY ordinal
      ) AS b WHERE b.ordinal = field.ordinal;
    """
  }

  /// Puts back what the runs had in a field.
  func puttingBack(_ ordinal: Int, _ field: MetadataField) -> String {
    """
    UPDATE temp.run_then SET \(Columns.quoted(field.name)) = b.value FROM (
      SELECT run_id, value, min(commit_id) FROM main.run_before WHERE ordinal = \(ordinal) AND commit_id > \(commit)
      GROUP BY run_id) AS b WHERE b.run_id = run_then.run_id;
    """
  }

  /// The views of schema/catalog.sql over the observations and runs of the commit.
  func views(over runs: String, _ columns: Columns) -> String {
    """
    CREATE TEMP VIEW run AS SELECT \((["run_id"] + columns.fields.map(\.name)).map { "r." + Columns.quoted($0) }
      .joined(separator: ", ")) FROM \(runs) AS r
      WHERE EXISTS (SELECT 1 FROM observation AS o WHERE o.run_id = r.run_id);
    CREATE TEMP VIEW run_metric AS SELECT m.* FROM main.run_metric AS m WHERE m.commit_id <= \(commit)
      AND EXISTS (SELECT 1 FROM observation AS o WHERE o.run_id = m.run_id);
    CREATE TEMP VIEW run_metric_last AS SELECT metric, run_id, max(epoch) AS epoch, value FROM run_metric
      GROUP BY metric, run_id;
    \(columns.temporary(columns.runViewSQL, over: runs));
    \(columns.temporary(columns.exampleViewSQL, over: runs));
    """
  }
}
