// TrajectoryStore+ClassificationRecords.swift -- stored results of classifiers as records, split by split.

public import Base
import Catalog
package import TrajectoryModel

extension TrajectoryStore {
  /// Every classification, by number, also those of which splits are missing.
  package func classificationRecords() throws(EngramError) -> [ClassificationRecord] {
    try read { (catalog) throws(EngramError) in try catalog.classifications() }
  }

  /// The classification of a plan, or nil where it has not begun.
  package func classificationRecord(planHash: String) throws(EngramError) -> ClassificationRecord? {
    try read { (catalog) throws(EngramError) in try catalog.classification(planHash: planHash) }
  }

  /// A classification with the results of its finished splits, in order.
  ///
  /// - Throws: ``EngramError`` with code `notFound`, with what there is.
  package func classificationRecord(
    _ id: Int64
  ) throws(EngramError) -> (classification: ClassificationRecord, splits: [ClassificationSplitRecord]) {
    try read { (catalog) throws(EngramError) in (try catalog.classification(id), try catalog.classificationSplits(id)) }
  }

  /// The splits of a plan that are finished.
  package func finishedSplits(planHash: String) throws(EngramError) -> Set<Int> {
    try read { (catalog) throws(EngramError) in try catalog.finishedSplits(planHash: planHash) }
  }

  /// The number of the classification of a plan, where a finished split of it has no predictions; nil otherwise.
  package func classificationWithoutPredictions(planHash: String) throws(EngramError) -> Int64? {
    try read { (catalog) throws(EngramError) in
      try catalog.classificationWithoutPredictions(planHash: planHash)
    }
  }

  /// How far the search in a split of a plan has come, or nil when nothing was kept.
  package func classificationSearch(planHash: String, split ordinal: Int) throws(EngramError) -> String? {
    try read { (catalog) throws(EngramError) in
      guard let known = try catalog.classification(planHash: planHash) else { return nil }
      return try catalog.classificationSearch(known.id, ordinal)
    }
  }

  /// Stores results of splits of a classification, which begins where it has not, in one commit.
  ///
  /// - Parameters:
  ///   - splits: The results; those that are there already stay as they are.
  ///   - record: What they are results of.
  ///   - message: What was done, for a person.
  ///   - options: How to wait and work.
  /// - Returns: The number of the classification.
  /// - Throws: ``EngramError`` with code `busy`, `diskFull` or `io`.
  @discardableResult
  package func add(
    _ splits: [ClassificationSplitRecord], of record: ClassificationRecord, message: String,
    options: WriteOptions = WriteOptions()
  ) throws(EngramError) -> Int64 {
    try add([(record, splits)], message: message, options: options).first ?? 0
  }

  /// Stores results of splits of several classifications, in one commit.
  ///
  /// - Parameters:
  ///   - results: What they are results of, and the results; those that are there already stay as they are.
  ///   - message: What was done, for a person.
  ///   - options: How to wait and work.
  /// - Returns: The numbers of the classifications.
  /// - Throws: ``EngramError`` with code `busy`, `diskFull` or `io`.
  @discardableResult
  package func add(
    _ results: [(record: ClassificationRecord, splits: [ClassificationSplitRecord])], message: String,
    options: WriteOptions = WriteOptions()
  ) throws(EngramError) -> [Int64] {
    try write("results of \(results.first?.record.title ?? "nothing")", options: options) {
      (session) throws(EngramError) in
      try session.commit(operation: "classify", message: message) { (catalog) throws(EngramError) -> [Int64] in
        var ids: [Int64] = []
        for (record, splits) in results {
          ids.append(try catalog.beginClassification(record))
          for split in splits { try catalog.addClassificationSplit(ids[ids.count - 1], split) }
        }
        return ids
      }
    }
  }

  /// Keeps how far the search in a split of a classification has come, in one commit.
  ///
  /// - Throws: ``EngramError`` with code `busy`, `diskFull` or `io`.
  package func keepSearch(
    _ text: String, split ordinal: Int, of record: ClassificationRecord, message: String,
    options: WriteOptions = WriteOptions()
  ) throws(EngramError) {
    try write("results of \(record.title)", options: options) { (session) throws(EngramError) in
      try session.commit(operation: "classify", message: message) { (catalog) throws(EngramError) in
        try catalog.keepClassificationSearch(try catalog.beginClassification(record), ordinal, record: text)
      }
    }
  }

  /// Removes stored results, in one commit.
  ///
  /// - Throws: ``EngramError`` with code `notFound`, with what there is.
  public func removeClassification(_ id: Int64, options: WriteOptions = WriteOptions()) throws(EngramError) {
    try write("results remove \(id)", options: options) { (session) throws(EngramError) in
      try session.commit(operation: "classify", message: "removed results \(id)") { (catalog) throws(EngramError) in
        try catalog.removeClassification(id)
      }
    }
  }
}
