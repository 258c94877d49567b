// CatalogReader+Edits.swift -- what was edited and hidden between two commits.

package import Base
import SQLite
package import TrajectoryModel

/// One value of a run that differs between two commits.
package struct RunChange: Sendable, Hashable {
  /// The number of the run.
  package let run: Int64
  /// The place of the field among the fields.
  package let field: Int
  /// What it was and what it is.
  package let before, after: MetadataValue
}

extension CatalogReader {
  /// The values of runs that differ between two commits, by run, then field.
  ///
  /// - Parameters:
  ///   - first: The earlier commit.
  ///   - last: The later one.
  /// - Returns: Only values that differ in the end; runs that came in between are not among them.
  /// - Throws: Code `corrupt` for a change of no field.
  /// - Complexity: O(edits after the earlier commit).
  package func runChanges(after first: Int64, upTo last: Int64) throws(EngramError) -> [RunChange] {
    let names = try fields().map { Columns.quoted($0.name) }
    let rows = try connection.prepare(
      """
      SELECT run_id, ordinal, value, (SELECT l.value FROM run_before AS l WHERE l.run_id = b.run_id
          AND l.ordinal = b.ordinal AND l.commit_id > ?2 ORDER BY l.commit_id LIMIT 1) AS later,
        EXISTS (SELECT 1 FROM run_before AS l WHERE l.run_id = b.run_id AND l.ordinal = b.ordinal AND l.commit_id > ?2)
      FROM (SELECT run_id, ordinal, value, min(commit_id) FROM run_before WHERE commit_id > ?1 AND commit_id <= ?2
        GROUP BY run_id, ordinal) AS b
      WHERE EXISTS (SELECT 1 FROM main.observation AS o WHERE o.run_id = b.run_id
        AND o.first_example < (SELECT example_end FROM main.commit_log WHERE commit_id = ?1))
      ORDER BY run_id, ordinal
      """)
    try rows.bind(1, first)
    try rows.bind(2, last)
    var changes: [RunChange] = []
    while try rows.step() {
      let (run, ordinal) = (rows.integer(0), rows.integer(1))
      guard let place = Int(exactly: ordinal), names.indices.contains(place) else {
        throw corrupt("a change is of no field", "table run_before, run_id \(run)")
      }
      let after = rows.integer(4) == 1 ? try rows.value(3) : try value(of: run, names[place])
      let before = try rows.value(2)
      if before != after { changes.append(RunChange(run: run, field: place, before: before, after: after)) }
    }
    return changes
  }

  private func value(of run: Int64, _ column: String) throws(EngramError) -> MetadataValue {
    let row = try statement("SELECT \(column) FROM run WHERE run_id = ?1")
    defer { row.reset() }
    try row.bind(1, run)
    return try row.step() ? try row.value(0) : .null
  }

  /// The examples that belong to runs, all measurements of each.
  ///
  /// - Complexity: O(observations).
  package func examples(ofRuns runs: Set<Int64>) throws(EngramError) -> ExampleSet {
    var ranges: [Range<Int64>] = []
    let rows = try connection.prepare("SELECT first_example, example_count, run_id FROM observation")
    while try rows.step() {
      guard runs.contains(rows.integer(2)) else { continue }
      let (end, overflow) = rows.integer(0).addingReportingOverflow(rows.integer(1))
      guard !overflow, rows.integer(0) >= 0, end > rows.integer(0) else {
        throw corrupt("an observation has impossible examples", "table observation, first_example \(rows.integer(0))")
      }
      ranges.append(rows.integer(0)..<end)
    }
    return ExampleSet(ranges)
  }
}
