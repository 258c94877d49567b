// CatalogWriter+Results.swift -- storing results of classifiers, split by split.

package import Base
import SQLite
package import TrajectoryModel

extension CatalogWriter {
  /// Begins a classification, unless one of the same plan has begun.
  ///
  /// - Returns: Its number.
  package func beginClassification(_ record: ClassificationRecord) throws(EngramError) -> Int64 {
    if let known = try classification(planHash: record.planHash) { return known.id }
    let id = try connection.nextNumber("classification_id", of: "classification")
    let row = try statement(
      """
      INSERT INTO classification
        (classification_id, plan_hash, origin, classifier, title, plan, split_count, commit_id)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
      """)
    try row.bind(1, id)
    try row.bind(2, record.planHash)
    try row.bind(3, record.origin.rawValue)
    try row.bind(4, record.classifier)
    try row.bind(5, record.title)
    try row.bind(6, record.plan)
    try row.bind(7, Int64(record.splitCount))
    try row.bind(8, commitID)
    try row.run()
    return id
  }

  /// Adds the result of a split, and forgets how far its search had come; a result that is there stays as it is.
  package func addClassificationSplit(_ id: Int64, _ split: ClassificationSplitRecord) throws(EngramError) {
    _ = try classification(id)
    let row = try statement(
      """
      INSERT INTO classification_split (classification_id, ordinal, test_accuracy, summary, predictions)
      VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING
      """)
    try row.bind(1, id)
    try row.bind(2, Int64(split.ordinal))
    try row.bind(3, split.testAccuracy)
    try row.bind(4, split.summary)
    if let predictions = split.predictions { try row.bind(5, bytes: predictions) } else { try row.bind(5, nil) }
    try row.run()
    let search = try statement(
      "DELETE FROM classification_search WHERE classification_id = ?1 AND ordinal = ?2")
    try search.bind(1, id)
    try search.bind(2, Int64(split.ordinal))
    try search.run()
  }

  /// Keeps how far the search in a split has come.
  package func keepClassificationSearch(_ id: Int64, _ ordinal: Int, record: String) throws(EngramError) {
    let row = try statement(
      """
      INSERT INTO classification_search (classification_id, ordinal, record) VALUES (?1, ?2, ?3)
      ON CONFLICT DO UPDATE SET record = excluded.record
      """)
    try row.bind(1, id)
    try row.bind(2, Int64(ordinal))
    try row.bind(3, record)
    try row.run()
  }

  /// Removes a classification with all its results.
  ///
  /// - Throws: Code `notFound`.
  package func removeClassification(_ id: Int64) throws(EngramError) {
    _ = try classification(id)
    for table in ["classification_search", "classification_split", "classification"] {
      let delete = try statement("DELETE FROM \(table) WHERE classification_id = ?1")
      try delete.bind(1, id)
      try delete.run()
    }
  }
}
