// CatalogWriter+Splits.swift -- storing split sets.

package import Base
import SQLite
package import TrajectoryModel

extension CatalogWriter {
  /// Adds a split set with its splits.
  ///
  /// - Throws: Code `exists` when the name is taken, `usage` when it is empty, `notFound` when there is no such commit,
  ///   `invalidData` when the number of splits is not what the record says.
  package func addSplitSet(_ record: SplitSetRecord, splits: [SplitRecord]) throws(EngramError) {
    if record.name.isEmpty { throw EngramError(.usage, "a split set needs a name", file: connection.path) }
    if record.splitCount != splits.count {
      throw EngramError(
        .invalidData, "a split set has not as many splits as it says", file: connection.path,
        expected: "\(record.splitCount)", found: "\(splits.count)")
    }
    _ = try commit(record.commitID)
    if try splitSets().contains(where: { $0.name.utf8.elementsEqual(record.name.utf8) }) {
      throw EngramError(
        .exists, "there is a split set '\(record.name)' already", file: connection.path,
        mend: "choose another name, or remove it first")
    }
    let id = try connection.nextNumber("split_set_id", of: "split_set")
    let set = try statement(
      """
      INSERT INTO split_set (split_set_id, name, kind, specification, commit_id, sha256, split_count)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
      """)
    try set.bind(1, id)
    try set.bind(2, record.name)
    try set.bind(3, record.kind)
    try set.bind(4, record.specification)
    try set.bind(5, record.commitID)
    try set.bind(6, record.sha256)
    try set.bind(7, Int64(splits.count))
    try set.run()
    let row = try statement(
      """
      INSERT INTO split (split_set_id, ordinal, title, train_count, test_count, train, test)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
      """)
    for (ordinal, split) in splits.enumerated() {
      try row.bind(1, id)
      try row.bind(2, Int64(ordinal))
      try row.bind(3, split.title)
      try row.bind(4, Int64(split.trainCount))
      try row.bind(5, Int64(split.testCount))
      try row.bind(6, bytes: split.train)
      try row.bind(7, bytes: split.test)
      try row.run()
    }
  }

  /// Removes a split set.
  ///
  /// - Throws: Code `notFound`.
  package func removeSplitSet(_ name: String) throws(EngramError) {
    _ = try splitSet(name)
    for sql in [
      "DELETE FROM split WHERE split_set_id = (SELECT split_set_id FROM split_set WHERE name = ?1)",
      "DELETE FROM split_set WHERE name = ?1",
    ] {
      let delete = try statement(sql)
      try delete.bind(1, name)
      try delete.run()
    }
  }
}
