// CatalogReader+Check.swift -- everything that must hold in a catalog, checked.

package import Base
import SQLite
import TrajectoryModel

extension CatalogReader {
  /// Problems after which checking stops: more say nothing new.
  private static let mostProblems = 100

  /// What is wrong with the catalog; empty when nothing is.
  ///
  /// Asks SQLite for its own structure, types and references, then checks the rules of schema/catalog.sql that SQL
  /// cannot declare. Values of staged batches are compared with their length only; the store knows their hashes.
  ///
  /// - Returns: One error of code `corrupt` for each problem, which names table and row.
  /// - Throws: Only when the catalog cannot be read at all.
  /// - Complexity: Reads every page once, and some twice.
  package func check() throws(EngramError) -> [EngramError] {
    var problems: [EngramError] = []
    // If the tree of a table is damaged, its rows cannot be trusted to be what a query says.
    try list("PRAGMA integrity_check(\(Self.mostProblems))", into: &problems) { row in
      row.text(0) == "ok" ? nil : ("SQLite finds damage: \(row.text(0))", "the database file")
    }
    if !problems.isEmpty { return problems }
    // Nor can the rules be asked of tables that are not there.
    try checkSchema(&problems)
    if !problems.isEmpty { return problems }
    try list("PRAGMA foreign_key_check", into: &problems) { row in
      let id = row.isNull(1) ? "without number" : "\(row.integer(1))"
      return ("a row refers to a row of \(row.text(2)) that is not there", "table \(row.text(0)), row \(id)")
    }
    for (sql, message, table) in Self.rules {
      try list(sql, into: &problems) { row in (message, "table \(table), \(row.text(0))") }
    }
    try checkFields(&problems)
    return problems
  }

  /// Tables and indexes must be exactly those of schema/catalog.sql; `run` and the views, which grow with the fields, are
  /// checked with the fields.
  private func checkSchema(_ problems: inout [EngramError]) throws(EngramError) {
    let sql = """
      SELECT type || ' ' || name, sql FROM sqlite_schema
      WHERE (type <> 'view' OR name = 'run_metric_last') AND name <> 'run' ORDER BY type, name
      """
    let fresh = try Connection(path: ":memory:", access: .create)
    try fresh.execute(String(decoding: PackageResources.catalog_sql, as: UTF8.self))
    var expected: [String: String] = [:]
    let rows = try fresh.prepare(sql)
    while try rows.step() { expected[rows.text(0)] = rows.text(1) }
    try list(sql, into: &problems) { row in
      let text = expected.removeValue(forKey: row.text(0))
      return text == row.text(1) ? nil : ("an object of the schema is not as it must be", row.text(0))
    }
    for name in expected.keys.sorted() { problems.append(corrupt("an object of the schema is missing", name)) }
  }

  /// Rules as queries for the rows that break them; each gives the name of the row.
  private static let rules: [(sql: String, message: String, table: String)] = [
    (
      "SELECT 'only_row 1' WHERE (SELECT count(*) FROM store) <> 1", "the store must describe itself once", "store"
    ),
    (
      """
      SELECT 'commit_id ' || commit_id FROM (SELECT commit_id, example_end, row_number() OVER w AS n,
        lag(example_end, 1, 0) OVER w AS before FROM commit_log WINDOW w AS (ORDER BY commit_id))
      WHERE commit_id <> n OR example_end < before
      """, "commits count 1, 2, 3, … and never lose examples", "commit_log"
    ),
    (
      """
      SELECT 'commit_id ' || commit_id FROM commit_log WHERE example_end > 0 AND NOT EXISTS (SELECT 1 FROM observation
        WHERE first_example = example_end) AND example_end <>
        (SELECT first_example + example_count FROM observation ORDER BY first_example DESC LIMIT 1)
      """, "a commit ends inside an observation", "commit_log"
    ),
    (tiling("observation"), "observations must follow each other without gap or overlap", "observation"),
    (tiling("extent"), "extents must follow each other without gap or overlap", "extent"),
    (end("observation"), "observations must end where the last commit says", "observation"),
    (end("extent"), "extents must end where the last commit says", "extent"),
    (
      """
      SELECT 'first_example ' || first_example FROM observation JOIN layer_set USING (layer_set_id)
      WHERE example_count <> layer_count
      """, "an observation must have one example for each layer of its set", "observation"
    ),
    (
      """
      SELECT 'layer_set_id ' || layer_set_id FROM layer_set AS s WHERE layer_count <> (SELECT count(*) FROM
        layer_set_member AS m WHERE m.layer_set_id = s.layer_set_id AND ordinal < layer_count) OR layer_count <>
        (SELECT count(*) FROM layer_set_member AS m WHERE m.layer_set_id = s.layer_set_id)
      """, "a layer set must have the layers 0 ..< layer_count", "layer_set_member"
    ),
    (axis("epoch_axis", "epoch"), "an axis must count 0, 1, 2, … and its epochs must ascend", "epoch_axis"),
    (axis("statistic_axis", nil), "an axis must count 0, 1, 2, …", "statistic_axis"),
    (
      """
      SELECT 'first_example ' || first_example FROM extent AS e
      WHERE NOT EXISTS (SELECT 1 FROM epoch_axis AS a WHERE a.epoch_axis_id = e.epoch_axis_id)
        OR NOT EXISTS (SELECT 1 FROM statistic_axis AS a WHERE a.statistic_axis_id = e.statistic_axis_id)
      """, "an extent must have its axes", "extent"
    ),
    (
      """
      SELECT 'staged_id ' || staged_id FROM staged AS s WHERE NOT EXISTS
        (SELECT 1 FROM extent AS e WHERE e.staged_id = s.staged_id AND length(s.bytes) = e.example_count
        * (SELECT count(*) FROM epoch_axis AS a WHERE a.epoch_axis_id = e.epoch_axis_id)
        * (SELECT count(*) FROM statistic_axis AS a WHERE a.statistic_axis_id = e.statistic_axis_id)
        * CASE element_type WHEN 'float32' THEN 4 ELSE 8 END)
      """, "a staged batch must belong to an extent of its length", "staged"
    ),
    (
      """
      SELECT 'content_hash ' || content_hash FROM ingest JOIN commit_log USING (commit_id)
      WHERE first_example < 0 OR first_example > example_end - example_count
      """, "an ingest must have examples of its commit", "ingest"
    ),
    (
      """
      SELECT 'metric ' || metric || ', run_id ' || run_id || ', epoch ' || epoch FROM run_metric WHERE value IS NULL
        AND ((bits & 0x7FF0000000000000) <> 0x7FF0000000000000 OR (bits & 0x000FFFFFFFFFFFFF) = 0)
      """, "a metric without a value must have the bits of a NaN", "run_metric"
    ),
    (
      """
      SELECT 'split set ' || name FROM split_set AS s WHERE split_count <> (SELECT count(*) FROM split AS p
        WHERE p.split_set_id = s.split_set_id AND ordinal < split_count) OR split_count <>
        (SELECT count(*) FROM split AS p WHERE p.split_set_id = s.split_set_id)
      """, "a split set must have the splits 0 ..< split_count", "split"
    ),
    (
      """
      SELECT 'classification_id ' || s.classification_id || ', ordinal ' || s.ordinal FROM
        (SELECT classification_id, ordinal, summary AS json FROM classification_split UNION ALL
         SELECT classification_id, ordinal, record FROM classification_search) AS s
        JOIN classification USING (classification_id) WHERE s.ordinal >= split_count OR NOT json_valid(s.json)
      """, "a result must be JSON and of a split 0 ..< split_count", "classification_split"
    ),
    (
      "SELECT 'classification_id ' || classification_id FROM classification WHERE NOT json_valid(plan)",
      "a plan must be JSON", "classification"
    ),
  ]

  private static func tiling(_ table: String) -> String {
    """
    SELECT 'first_example ' || first_example FROM (SELECT first_example,
      lag(first_example + example_count, 1, 0) OVER (ORDER BY first_example) AS before FROM \(table))
    WHERE first_example <> before
    """
  }

  private static func end(_ table: String) -> String {
    """
    SELECT 'end ' || reached FROM (SELECT
      coalesce((SELECT first_example + example_count FROM \(table) ORDER BY first_example DESC LIMIT 1), 0) AS reached,
      coalesce((SELECT example_end FROM commit_log ORDER BY commit_id DESC LIMIT 1), 0) AS promised)
    WHERE reached <> promised
    """
  }

  private static func axis(_ table: String, _ ascending: String?) -> String {
    let before = ascending.map { ", lag(\($0)) OVER w AS before, \($0) AS value" } ?? ", NULL AS before, 0 AS value"
    return """
      SELECT '\(table)_id ' || id || ', ordinal ' || ordinal FROM (SELECT \(table)_id AS id, ordinal,
        row_number() OVER w AS n\(before) FROM \(table) WINDOW w AS (PARTITION BY \(table)_id ORDER BY ordinal))
      WHERE ordinal <> n - 1 OR value <= before
      """
  }

  /// Fields, columns of `run` and the text of the views must say the same.
  private func checkFields(_ problems: inout [EngramError]) throws(EngramError) {
    let fields: [MetadataField]
    do throws(EngramError) {
      fields = try self.fields()
    } catch {
      problems.append(error)
      return
    }
    if Array(fields.prefix(MetadataField.standard.count)) != MetadataField.standard {
      problems.append(corrupt("the standard fields are not as they must be", "table field, row 0"))
    }
    var found: [String] = []
    try list("SELECT name || ' ' || lower(type) FROM pragma_table_info('run') ORDER BY cid", into: &problems) { row in
      found.append(row.text(0))
      return nil
    }
    let expected = ["run_id integer"] + fields.map { "\($0.name) \($0.type.rawValue)" }
    if found != expected {
      let differs = zip(found, expected).first { $0 != $1 }
      problems.append(
        corrupt(
          "the columns of run are not the fields", "table run", expected: differs?.1 ?? "\(expected.count) columns",
          found: differs?.0 ?? "\(found.count) columns"))
    }
    problems += try viewProblems(Columns(fields: fields))
  }

  /// What is wrong with the text of the views, which must be what this program writes for the fields.
  func viewProblems(_ columns: Columns) throws(EngramError) -> [EngramError] {
    var problems: [EngramError] = []
    for (view, sql) in [("run_observation", columns.runViewSQL), ("example", columns.exampleViewSQL)] {
      var text: String?
      try list("SELECT sql FROM sqlite_schema WHERE type = 'view' AND name = '\(view)'", into: &problems) { row in
        text = row.text(0)
        return nil
      }
      if text.map(Self.words) != Self.words(sql) {
        problems.append(corrupt("a view is not as it must be", "view \(view)", expected: sql, found: text ?? "none"))
      }
    }
    return problems
  }

  /// The words of a statement; blanks between them make no difference.
  static func words(_ sql: String) -> [Substring] { sql.split(whereSeparator: \.isWhitespace) }

  /// Runs a query of ours and keeps what `problem` says of its rows.
  private func list(
    _ sql: String, into problems: inout [EngramError],
    _ problem: (Statement) throws(EngramError) -> (message: String, place: String)?
  ) throws(EngramError) {
    let rows = try statement(sql)
    defer { rows.reset() }
    while problems.count < Self.mostProblems, try rows.step() {
      if let (message, place) = try problem(rows) { problems.append(corrupt(message, place)) }
    }
  }
}
