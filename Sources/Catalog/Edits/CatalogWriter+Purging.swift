// CatalogWriter+Purging.swift -- removing measurements for good, with all that is said of them alone.

package import Base
import SQLite
package import TrajectoryModel

extension CatalogWriter {
  /// Removes measurements for good: their rows, runs that have no other, their metrics and earlier values.
  ///
  /// Ids are not given again; the ranges that are gone stand in `purged`. The log keeps that there were commits, and loses
  /// what those say that edited or hid any of it, or added nothing else, and the texts that only runs had that go wherever it
  /// names them. From which store and which ids there examples came by a merge is kept, without the path, so that the next merge
  /// of that store does not bring them back.
  ///
  /// - Parameters:
  ///   - examples: All examples of the measurements.
  ///   - extents: The extents that hold any of them, each with those that take its place, which hold the rest.
  /// - Returns: The number of runs that are gone.
  /// - Throws: Code `notFound` when an extent is no longer in the catalog, `io`, `diskFull`.
  /// - Complexity: O(observations).
  package func purge(
    _ examples: ExampleSet, replacing extents: [(old: Extent, new: [Extent])]
  ) throws(EngramError) -> Int {
    try gather(examples)
    let runs = Int(try connection.integer("SELECT count(*) FROM temp.gone") ?? 0)
    try remove(NamedTexts(try textsOfHiddenRuns()))
    for (old, new) in extents { try replace(old, by: new) }
    try connection.execute(Self.purgingSQL)
    let all = ExampleSet(try purgedExamples().ranges + examples.ranges)
    try connection.execute("DELETE FROM purged")
    let row = try statement("INSERT INTO purged (first_example, example_count) VALUES (?1, ?2)")
    for range in all.ranges {
      try row.bind(1, range.lowerBound)
      try row.bind(2, Int64(range.count))
      try row.run()
    }
    lastEdit = commitID
    return runs
  }

  /// Lists the measurements in a table of the connection's own, and the runs that have no other.
  private func gather(_ examples: ExampleSet) throws(EngramError) {
    try connection.execute("CREATE TEMP TABLE purging (first_example INTEGER PRIMARY KEY)")
    let add = try connection.prepare(
      """
      INSERT INTO temp.purging SELECT first_example FROM main.observation WHERE first_example >= ?1 AND first_example < ?2
      """)
    for range in examples.ranges {
      try add.bind(1, range.lowerBound)
      try add.bind(2, range.upperBound)
      try add.run()
    }
    try connection.execute(
      """
      CREATE TEMP TABLE gone (run_id INTEGER PRIMARY KEY);
      INSERT INTO temp.gone SELECT DISTINCT run_id FROM main.observation AS o
        WHERE first_example IN (SELECT first_example FROM temp.purging) AND NOT EXISTS (
          SELECT 1 FROM main.observation AS p WHERE p.run_id = o.run_id
            AND p.first_example NOT IN (SELECT first_example FROM temp.purging));
      """)
  }

  /// Takes texts out of what the log says of other commits, and of where examples came from.
  private func remove(_ texts: NamedTexts) throws(EngramError) {
    let entry = try statement("UPDATE commit_log SET message = ?2, reason = ?3 WHERE commit_id = ?1")
    for commit in try commits() {
      let message = texts.removed(from: commit.message)
      let reason = commit.reason.flatMap { texts.removed(from: $0) }
      if message == nil && reason == nil { continue }
      try entry.bind(1, commit.id)
      try entry.bind(2, message ?? commit.message)
      try entry.bind(3, (reason ?? commit.reason).map { .text($0) } ?? .null, as: .text)
      try entry.run()
    }
    let rows = try connection.prepare("SELECT DISTINCT source FROM main.ingest")
    var sources: [String] = []
    while try rows.step() { sources.append(rows.text(0)) }
    let change = try statement("UPDATE ingest SET source = ?2 WHERE source = ?1")
    for source in sources {
      guard let cut = texts.removed(from: source) else { continue }
      try change.bind(1, source)
      try change.bind(2, cut)
      try change.run()
    }
  }

  /// What stands in the place of what the log said.
  private static let emptied = "what this did was removed for good"

  private func replace(_ old: Extent, by new: [Extent]) throws(EngramError) {
    if try extents(from: old.firstExample, to: old.examples.upperBound) != [old] {
      throw EngramError(
        .notFound, "an extent is no longer in the catalog", file: connection.path, place: "table extent",
        expected: "that of example \(old.firstExample)")
    }
    let delete = try statement("DELETE FROM extent WHERE first_example = ?1")
    try delete.bind(1, old.firstExample)
    try delete.run()
    if case .staged(let id) = old.place {
      let deleteStaged = try statement("DELETE FROM staged WHERE staged_id = ?1")
      try deleteStaged.bind(1, id)
      try deleteStaged.run()
    }
    let after = nextExtent
    defer { nextExtent = after }
    for extent in new {
      nextExtent = extent.firstExample
      try addSegment(extent)
    }
  }

  /// Whether nothing is left of what an ingest or a merge brought.
  private static let isSpent = """
    example_count > 0 AND NOT EXISTS (SELECT 1 FROM main.observation AS o
      WHERE o.first_example >= ingest.first_example AND o.first_example < ingest.first_example + ingest.example_count
        AND o.first_example NOT IN (SELECT first_example FROM temp.purging))
    """

  /// Removes what is said of measurements and runs that are gone, and layers and axes that nothing has any more.
  private static let purgingSQL = """
    UPDATE main.commit_log SET message = '\(emptied)', reason = NULL WHERE commit_id IN (
      SELECT commit_id FROM main.hidden WHERE first_example IN (SELECT first_example FROM temp.purging)
      UNION SELECT shown_commit FROM main.hidden WHERE first_example IN (SELECT first_example FROM temp.purging)
      UNION SELECT commit_id FROM main.run_before WHERE run_id IN (SELECT run_id FROM temp.gone)
      UNION SELECT commit_id FROM (SELECT commit_id, example_end, lag(example_end, 1, 0) OVER (ORDER BY commit_id) AS start
          FROM main.commit_log) AS c
        WHERE example_end > start AND NOT EXISTS (SELECT 1 FROM main.observation AS o WHERE o.first_example >= c.start
          AND o.first_example < c.example_end AND o.first_example NOT IN (SELECT first_example FROM temp.purging)));
    UPDATE main.ingest SET source = 'what came was removed for good'
      WHERE content_hash LIKE '\(MergeOrigin.mark)%' AND \(isSpent);
    DELETE FROM main.ingest WHERE content_hash NOT LIKE '\(MergeOrigin.mark)%' AND \(isSpent);
    DELETE FROM main.hidden WHERE first_example IN (SELECT first_example FROM temp.purging);
    DELETE FROM main.run_metric WHERE run_id IN (SELECT run_id FROM temp.gone);
    DELETE FROM main.run_before WHERE run_id IN (SELECT run_id FROM temp.gone);
    DELETE FROM main.observation WHERE first_example IN (SELECT first_example FROM temp.purging);
    DELETE FROM main.run WHERE run_id IN (SELECT run_id FROM temp.gone);
    DELETE FROM main.layer_set_member WHERE layer_set_id NOT IN (SELECT layer_set_id FROM main.observation);
    DELETE FROM main.layer_set WHERE layer_set_id NOT IN (SELECT layer_set_id FROM main.observation);
    DELETE FROM main.epoch_axis WHERE epoch_axis_id NOT IN (SELECT epoch_axis_id FROM main.extent);
    DELETE FROM main.statistic_axis WHERE statistic_axis_id NOT IN (SELECT statistic_axis_id FROM main.extent);
    DROP TABLE temp.purging;
    DROP TABLE temp.gone;
    """
}
