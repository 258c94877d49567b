// CatalogReader+Splits.swift -- stored split sets.

package import Base
import SQLite
package import TrajectoryModel

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

  /// The splits of a set, in order.
  ///
  /// - Throws: Code `notFound`, with the nearest name; `corrupt` when a split is missing.
  package func splits(of name: String) throws(EngramError) -> [SplitRecord] {
    let set = try splitSet(name)
    let rows = try statement(
      """
      SELECT title, train_count, test_count, train, test, ordinal FROM split
      WHERE split_set_id = (SELECT split_set_id FROM split_set WHERE name = ?1) ORDER BY ordinal
      """)
    defer { rows.reset() }
    try rows.bind(1, name)
    var splits: [SplitRecord] = []
    while try rows.step() {
      guard let train = Int(exactly: rows.integer(1)), let test = Int(exactly: rows.integer(2)), train >= 0, test >= 0,
        rows.integer(5) == splits.count
      else {
        throw corrupt("a split is not well formed", "table split, split set '\(name)', ordinal \(rows.integer(5))")
      }
      splits.append(
        SplitRecord(
          title: rows.text(0), trainCount: train, testCount: test, train: rows.bytes(3), test: rows.bytes(4)))
    }
    if splits.count != set.splitCount {
      throw corrupt("a split is missing", "table split, split set '\(name)', ordinal \(splits.count)")
    }
    return splits
  }
}
