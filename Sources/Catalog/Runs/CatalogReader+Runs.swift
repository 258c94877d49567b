// CatalogReader+Runs.swift -- the runs and their fields.

package import Base
import SQLite
package import TrajectoryModel

extension CatalogReader {
  /// Visits runs that have examples below an id, ascending by number.
  ///
  /// - Parameters:
  ///   - fields: Which of ``fields()`` to read.
  ///   - ids: The numbers of the runs, ascending; nil for all. Numbers that no run has are passed over.
  ///   - end: Runs that have no example below this id are left out.
  ///   - body: Gets the number of a run and its values, in the order of `fields`.
  /// - Throws: Code `corrupt`, and what the body throws.
  /// - Complexity: O(runs asked for).
  package func runs(
    _ fields: [MetadataField], ids: [Int64]? = nil, before end: Int64,
    _ body: (_ id: Int64, _ values: [MetadataValue]) throws(EngramError) -> Void
  ) throws(EngramError) {
    let columns = fields.map { ", " + Columns.quoted($0.name) }.joined()
    let rows = try connection.prepare(
      """
      SELECT run_id\(columns) FROM run WHERE \(ids == nil ? "" : "run_id = ?2 AND ") EXISTS
        (SELECT 1 FROM observation WHERE observation.run_id = run.run_id AND first_example < ?1) ORDER BY run_id
      """)
    try rows.bind(1, end)
    func visit() throws(EngramError) {
      while try rows.step() {
        var values: [MetadataValue] = []
        values.reserveCapacity(fields.count)
        for column in fields.indices { values.append(try rows.value(Int32(column) + 1)) }
        try body(rows.integer(0), values)
      }
      rows.reset()
    }
    guard let ids else { return try visit() }
    for id in ids {
      try rows.bind(2, id)
      try visit()
    }
  }

  /// The run whose measurement begins with an example, or nil where none does.
  package func run(of firstExample: Int64) throws(EngramError) -> Int64? {
    try connection.integer("SELECT run_id FROM main.observation WHERE first_example = ?1", firstExample)
  }

  /// Whether a run that has an example below an id has a value of a field.
  func isUsed(_ field: MetadataField, before end: Int64) throws(EngramError) -> Bool {
    let row = try connection.prepare(
      """
      SELECT 1 FROM run WHERE \(Columns.quoted(field.name)) IS NOT NULL AND EXISTS
        (SELECT 1 FROM observation WHERE observation.run_id = run.run_id AND first_example < ?1) LIMIT 1
      """)
    try row.bind(1, end)
    return try row.step()
  }
}
