// CatalogReader+Hidden.swift -- what is hidden, what took its place, and what only hidden runs say.

package import Base
import SQLite
import TrajectoryModel

/// A measurement that is hidden, and those that took its place.
package struct HiddenMeasurement: Sendable {
  /// The examples of the measurement.
  package let examples: Range<Int64>
  /// The examples of each that took its place; none where it was hidden by whoever said so.
  package var replacements: [Range<Int64>]
}

extension CatalogReader {
  /// The measurements that are hidden at the newest commit, ascending, and those that took the place of each.
  ///
  /// What takes the place of a measurement comes with a commit that hides it: a correction, an edit of layers, or a merge of a
  /// store in which that happened, where it is another measurement of the same layers.
  ///
  /// - Complexity: O(measurements that are hidden).
  package func hiddenMeasurements() throws(EngramError) -> [HiddenMeasurement] {
    let rows = try connection.prepare(
      """
      SELECT o.first_example, o.example_count, r.first_example, r.example_count FROM main.hidden AS now
        JOIN main.hidden AS h USING (first_example) JOIN main.observation AS o USING (first_example)
        JOIN main.commit_log AS c ON c.commit_id = h.commit_id
        LEFT JOIN main.observation AS r ON r.run_id = o.run_id AND r.first_example > o.first_example
          AND r.first_example < c.example_end
          AND r.first_example >=
            (SELECT coalesce(max(example_end), 0) FROM main.commit_log WHERE commit_id < h.commit_id)
          AND r.unit_fraction = o.unit_fraction AND r.noise_sd = o.noise_sd AND r.observation_seed IS o.observation_seed
          AND (c.operation <> 'merge' OR EXISTS (SELECT layer_name FROM main.layer_set_member
            WHERE layer_set_id = o.layer_set_id INTERSECT SELECT layer_name FROM main.layer_set_member
            WHERE layer_set_id = r.layer_set_id))
        WHERE now.shown_commit IS NULL ORDER BY o.first_example
      """)
    var found: [HiddenMeasurement] = []
    while try rows.step() {
      let first = rows.integer(0)
      if found.last?.examples.lowerBound != first {
        found.append(HiddenMeasurement(examples: first..<(first + rows.integer(1)), replacements: []))
      }
      if !rows.isNull(2) {
        found[found.count - 1].replacements.append(rows.integer(2)..<(rows.integer(2) + rows.integer(3)))
      }
    }
    return found
  }

  /// The texts that runs have in their fields all of whose measurements are hidden, and no other run has; at least two letters long.
  ///
  /// - Complexity: O(runs + measurements), for each field of text.
  package func textsOfHiddenRuns() throws(EngramError) -> [String] {
    guard try hiddenExamples().isEmpty == false else { return [] }
    let seen = """
      SELECT run_id FROM main.observation AS o WHERE NOT EXISTS
        (SELECT 1 FROM main.hidden AS h WHERE h.first_example = o.first_example AND h.shown_commit IS NULL)
      """
    var texts: Set<String> = []
    for field in try fields() where field.type == .text {
      let name = Columns.quoted(field.name)
      let rows = try connection.prepare(
        """
        SELECT \(name) FROM main.run WHERE length(\(name)) > 1 AND run_id NOT IN (\(seen))
          EXCEPT SELECT \(name) FROM main.run WHERE run_id IN (\(seen))
        """)
      while try rows.step() { texts.insert(rows.text(0)) }
    }
    return texts.sorted()
  }
}
