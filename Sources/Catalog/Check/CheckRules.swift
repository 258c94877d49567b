// CheckRules.swift -- the rules of schema/catalog.sql that SQL cannot declare, as queries for the rows that break them.

/// The rules of schema/catalog.sql that SQL cannot declare.
enum CheckRules {
  /// Rules as queries for the rows that break them; each gives the name of the row.
  static let all: [(sql: String, message: String, table: String)] = [
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
        AND NOT EXISTS (SELECT 1 FROM purged
          WHERE example_end BETWEEN first_example AND first_example + example_count)
      """, "a commit ends inside an observation", "commit_log"
    ),
    (
      """
      SELECT 'commit_id ' || commit_id FROM (SELECT commit_id, last_edit,
        lag(last_edit, 1, 0) OVER (ORDER BY commit_id) AS before FROM commit_log)
      WHERE last_edit <> before AND last_edit <> commit_id
      """, "the last edit must be that of the commit before, or the commit itself", "commit_log"
    ),
    (
      """
      SELECT 'commit_id ' || c.commit_id FROM (SELECT commit_id FROM run_before UNION SELECT commit_id FROM field_before
        UNION SELECT commit_id FROM hidden UNION SELECT shown_commit FROM hidden WHERE shown_commit IS NOT NULL) AS c
      WHERE NOT EXISTS (SELECT 1 FROM commit_log AS l WHERE l.commit_id = c.commit_id AND l.last_edit = c.commit_id)
      """, "a commit that changed or hid something must say so", "commit_log"
    ),
    (
      """
      SELECT 'first_example ' || first_example FROM (SELECT first_example, commit_id,
        lag(coalesce(shown_commit, 9223372036854775807), 1, 0)
          OVER (PARTITION BY first_example ORDER BY commit_id) AS before FROM hidden) WHERE commit_id < before
      """, "what is hidden must be shown before it is hidden again", "hidden"
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
    SELECT 'first_example ' || first_example FROM (SELECT first_example, counts,
      lag(first_example + example_count, 1, 0) OVER (ORDER BY first_example) AS before FROM (
        SELECT first_example, example_count, 1 AS counts FROM \(table)
        UNION ALL SELECT first_example, example_count, 0 FROM purged))
    WHERE first_example <> before
    """
  }

  private static func end(_ table: String) -> String {
    """
    SELECT 'end ' || reached FROM (SELECT
      max(coalesce((SELECT first_example + example_count FROM \(table) ORDER BY first_example DESC LIMIT 1), 0),
        coalesce((SELECT first_example + example_count FROM purged ORDER BY first_example DESC LIMIT 1), 0)) AS reached,
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
}
