// CatalogReader+Splits.swift -- stored split sets.

package import Base
import SQLite

extension CatalogReader {
  private func splitSets(_ clause: String, _ name: String?) throws(EngramError) -> [SplitSetRecord] {
    let rows = try statement(
      "SELECT name, kind, specification, commit_id, sha256, split_count FROM split_set \(clause)")
    defer { rows.reset() }
    if let name { try rows.bind(1, name) }
    var records: [SplitSetRecord] = []
    while try rows.step() {
      guard let count = Int(exactly: rows.integer(5)), count >= 0 else {
        throw corrupt("a split set has an impossible count", "table split_set, name '\(rows.text(0))'")
      }
      records.append(
        SplitSetRecord(
          name: rows.text(0), kind: rows.text(1), specification: rows.text(2), commitID: rows.integer(3),
          sha256: rows.text(4), splitCount: count))
    }
    return records
  }

  /// Every split set, by name.
  package func splitSets() throws(EngramError) -> [SplitSetRecord] { try splitSets("ORDER BY name", nil) }

  /// The split set of a name.
  ///
  /// - Throws: Code `notFound`, with the nearest name.
  package func splitSet(_ name: String) throws(EngramError) -> SplitSetRecord {
    if let record = try splitSets("WHERE name = ?1", name).first { return record }
    let names = try splitSets().map(\.name)
    throw EngramError(
      .notFound, "there is no split set '\(name)'", file: connection.path,
      expected: names.isEmpty ? "none is stored" : "one of \(names.prefix(20).joined(separator: ", "))",
      mend: closestName(to: name, among: names).map { "did you mean '\($0)'?" })
  }

  /// One split of a set, counted from 0.
  ///
  /// - Throws: Code `notFound`.
  package func split(_ name: String, _ index: Int) throws(EngramError) -> SplitRecord {
    let set = try splitSet(name)
    guard (0..<set.splitCount).contains(index) else {
      throw EngramError(
        .notFound, "split set '\(name)' has no split \(index)", file: connection.path,
        expected: set.splitCount == 0 ? "it has none" : "0 to \(set.splitCount - 1)")
    }
    let row = try statement(
      """
      SELECT title, train_count, test_count, train, test FROM split
      WHERE split_set_id = (SELECT split_set_id FROM split_set WHERE name = ?1) AND ordinal = ?2
      """)
    defer { row.reset() }
    try row.bind(1, name)
    try row.bind(2, Int64(index))
    guard try row.step() else {
      throw corrupt("a split is missing", "table split, split set '\(name)', ordinal \(index)")
    }
    return SplitRecord(
      title: row.text(0), trainCount: Int(row.integer(1)), testCount: Int(row.integer(2)), train: row.bytes(3),
      test: row.bytes(4))
  }
}
