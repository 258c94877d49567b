// CatalogReader+Hidden.swift -- what is hidden, what took its place, and what only hidden runs say.

package import Base
import SQLite
import TrajectoryModel

/// A measurement that is hidden or was, and what took its place.
package struct HiddenMeasurement: Sendable {
  /// The examples of the measurement.
  package let examples: Range<Int64>
  /// The commit that hides it; nil where it is seen again.
  package var hiddenBy: Int64?
  /// The first examples of measurements that took its place; none where it was hidden by whoever said so.
  package var replacements: [Int64] = []
}

extension CatalogReader {
  /// The measurements that are hidden at the newest commit or were before, ascending.
  ///
  /// What takes the place of a measurement comes with a commit that hides it: a correction or an edit of layers, whose measurements
  /// of the same run it is, or the first measurement of all where the correction names another run; or a merge of a store in
  /// which that happened, where it is another measurement of the same run, layers and condition. What was purged takes no place.
  ///
  /// - Complexity: O(measurements that are or were hidden).
  package func hiddenMeasurements() throws(EngramError) -> [HiddenMeasurement] {
    let rows = try connection.prepare(
      """
      SELECT h.first_example, o.example_count, h.commit_id, h.shown_commit IS NULL, c.operation, c.example_end,
        coalesce((SELECT b.example_end FROM main.commit_log AS b WHERE b.commit_id = h.commit_id - 1), 0)
      FROM main.hidden AS h CROSS JOIN main.observation AS o ON o.first_example = h.first_example
        CROSS JOIN main.commit_log AS c ON c.commit_id = h.commit_id ORDER BY h.first_example, h.commit_id
      """)
    let ofRun = try connection.prepare(Self.laterOfRun)
    let merged = try connection.prepare(Self.laterOfRun + Self.mergedAlike)
    let purged = try connection.prepare(
      "SELECT 1 FROM main.purged WHERE first_example < ?2 AND first_example + example_count > ?1 LIMIT 1")
    var found: [HiddenMeasurement] = []
    while try rows.step() {
      let first = rows.integer(0)
      if found.last?.examples.lowerBound != first {
        found.append(HiddenMeasurement(examples: first..<(first + rows.integer(1))))
      }
      if rows.integer(3) == 1 { found[found.count - 1].hiddenBy = rows.integer(2) }
      let (start, end, isMerge) = (rows.integer(6), rows.integer(5), rows.text(4) == "merge")
      // Whoever only hides adds nothing.
      if start == end { continue }
      let later = isMerge ? merged : ofRun
      defer { later.reset() }
      try later.bind(1, first)
      try later.bind(2, max(start, first + 1))
      try later.bind(3, end)
      var replacements: [Int64] = []
      while try later.step() { replacements.append(later.integer(0)) }
      if replacements.isEmpty, !isMerge {
        defer { purged.reset() }
        try purged.bind(1, start)
        try purged.bind(2, end)
        if try !purged.step() { replacements = [start] }
      }
      found[found.count - 1].replacements += replacements
    }
    return found
  }

  /// The measurements of the run of one, among some examples.
  private static let laterOfRun = """
    SELECT r.first_example FROM main.observation AS o CROSS JOIN main.observation AS r ON r.run_id = o.run_id
    WHERE o.first_example = ?1 AND r.first_example >= ?2 AND r.first_example < ?3
    """

  /// Those of the same condition that have a layer in common.
  private static let mergedAlike = """
    \n  AND r.unit_fraction = o.unit_fraction AND r.noise_sd = o.noise_sd AND r.observation_seed IS o.observation_seed
      AND EXISTS (SELECT layer_name FROM main.layer_set_member WHERE layer_set_id = o.layer_set_id
        INTERSECT SELECT layer_name FROM main.layer_set_member WHERE layer_set_id = r.layer_set_id)
    """

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
