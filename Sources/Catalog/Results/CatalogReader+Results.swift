// CatalogReader+Results.swift -- stored results of classifiers.

package import Base
import SQLite
package import TrajectoryModel

extension CatalogReader {
  private func classifications(
    _ clause: String, bind: (Statement) throws(EngramError) -> Void = { _ in }
  ) throws(EngramError) -> [ClassificationRecord] {
    let rows = try statement(
      """
      SELECT classification_id, plan_hash, origin, classifier, title, plan, split_count,
        (SELECT count(*) FROM classification_split AS s WHERE s.classification_id = c.classification_id),
        (SELECT avg(test_accuracy) FROM classification_split AS s WHERE s.classification_id = c.classification_id)
      FROM classification AS c \(clause) ORDER BY classification_id
      """)
    defer { rows.reset() }
    try bind(rows)
    var records: [ClassificationRecord] = []
    while try rows.step() {
      guard let origin = ClassificationRecord.Origin(rawValue: rows.text(2)), let count = Int(exactly: rows.integer(6)),
        count > 0
      else {
        throw corrupt("a classification is not well formed", "table classification, row \(rows.integer(0))")
      }
      var record = ClassificationRecord(
        planHash: rows.text(1), origin: origin, classifier: rows.text(3), title: rows.text(4), plan: rows.text(5),
        splitCount: count)
      record.id = rows.integer(0)
      record.finishedCount = Int(rows.integer(7))
      record.meanAccuracy = rows.isNull(8) ? nil : rows.real(8)
      records.append(record)
    }
    return records
  }

  /// Every classification, by number.
  package func classifications() throws(EngramError) -> [ClassificationRecord] { try classifications("") }

  /// The classification of a plan, or nil.
  package func classification(planHash: String) throws(EngramError) -> ClassificationRecord? {
    try classifications("WHERE plan_hash = ?1") { (row) throws(EngramError) in try row.bind(1, planHash) }.first
  }

  /// The classification of a number.
  ///
  /// - Throws: Code `notFound`, with what there is.
  package func classification(_ id: Int64) throws(EngramError) -> ClassificationRecord {
    let known = try classifications("WHERE classification_id = ?1") { (row) throws(EngramError) in
      try row.bind(1, id)
    }
    if let record = known.first { return record }
    let ids = try classifications().map { String($0.id) }
    throw EngramError(
      .notFound, "there are no results \(id)", file: connection.path,
      expected: ids.isEmpty ? "none are stored yet" : "one of \(ids.prefix(20).joined(separator: ", "))",
      found: String(id), mend: "\(run: .results) lists them; \(run: .classify) makes them")
  }

  /// The finished splits of a classification, in order.
  package func classificationSplits(_ id: Int64) throws(EngramError) -> [ClassificationSplitRecord] {
    let rows = try statement(
      """
      SELECT ordinal, test_accuracy, summary, predictions FROM classification_split
      WHERE classification_id = ?1 ORDER BY ordinal
      """)
    defer { rows.reset() }
    try rows.bind(1, id)
    var records: [ClassificationSplitRecord] = []
    while try rows.step() {
      guard let ordinal = Int(exactly: rows.integer(0)), ordinal >= 0 else {
        throw corrupt("a result is of no split", "table classification_split, classification_id \(id)")
      }
      records.append(
        ClassificationSplitRecord(
          ordinal: ordinal, testAccuracy: rows.real(1), summary: rows.text(2),
          predictions: rows.isNull(3) ? nil : rows.bytes(3)))
    }
    return records
  }

  /// The finished splits of the classification of a plan, without their results.
  package func finishedSplits(planHash: String) throws(EngramError) -> Set<Int> {
    let rows = try statement(
      """
      SELECT ordinal FROM classification_split
      WHERE classification_id = (SELECT classification_id FROM classification WHERE plan_hash = ?1)
      """)
    defer { rows.reset() }
    try rows.bind(1, planHash)
    var ordinals: Set<Int> = []
    while try rows.step() { ordinals.insert(Int(clamping: rows.integer(0))) }
    return ordinals
  }

  /// The number of the classification of a plan, where a finished split of it has no predictions; nil otherwise.
  package func classificationWithoutPredictions(planHash: String) throws(EngramError) -> Int64? {
    let row = try statement(
      """
      SELECT classification_id FROM classification AS c
      WHERE plan_hash = ?1 AND EXISTS (
        SELECT 1 FROM classification_split AS s
        WHERE s.classification_id = c.classification_id AND s.predictions IS NULL)
      """)
    defer { row.reset() }
    try row.bind(1, planHash)
    return try row.step() ? row.integer(0) : nil
  }

  /// How far the search in a split has come, or nil when nothing was kept.
  package func classificationSearch(_ id: Int64, _ ordinal: Int) throws(EngramError) -> String? {
    let row = try statement("SELECT record FROM classification_search WHERE classification_id = ?1 AND ordinal = ?2")
    defer { row.reset() }
    try row.bind(1, id)
    try row.bind(2, Int64(ordinal))
    return try row.step() ? row.text(0) : nil
  }
}
