// CatalogWriter+Hiding.swift -- hiding measurements from readers, and showing them again.

package import Base
import SQLite
package import TrajectoryModel

extension CatalogWriter {
  /// Hides the measurements that hold some examples, or shows them again, for readers from this commit on.
  ///
  /// - Parameters:
  ///   - isHidden: Whether to hide.
  ///   - examples: Examples of the measurements, all of each.
  /// - Returns: The examples that were not hidden, or not shown, before.
  /// - Throws: Code `io`, `diskFull`.
  package func setHidden(_ isHidden: Bool, _ examples: ExampleSet) throws(EngramError) -> ExampleSet {
    let rows = try connection.prepare(
      """
      SELECT first_example, example_count FROM observation AS o WHERE first_example >= ?1 AND first_example < ?2
        AND \(isHidden ? "NOT " : "")EXISTS (SELECT 1 FROM hidden AS h WHERE h.first_example = o.first_example
          AND h.shown_commit IS NULL)
      """)
    var changed: [Range<Int64>] = []
    for range in examples.ranges {
      try rows.bind(1, range.lowerBound)
      try rows.bind(2, range.upperBound)
      while try rows.step() { changed.append(rows.integer(0)..<(rows.integer(0) + rows.integer(1))) }
      rows.reset()
    }
    let change = try statement(
      isHidden
        ? "INSERT INTO hidden (first_example, commit_id) VALUES (?1, ?2)"
        : "UPDATE hidden SET shown_commit = ?2 WHERE first_example = ?1 AND shown_commit IS NULL")
    for range in changed {
      try change.bind(1, range.lowerBound)
      try change.bind(2, commitID)
      try change.run()
    }
    if !changed.isEmpty { lastEdit = commitID }
    return ExampleSet(changed)
  }
}
