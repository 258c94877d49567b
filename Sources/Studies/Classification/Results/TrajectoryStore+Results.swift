// TrajectoryStore+Results.swift -- finding and removing stored results of classifiers.

public import Base
import TrajectoryModel
public import TrajectoryStore

extension TrajectoryStore {
  /// Every classification whose results are stored, also unfinished ones, by number.
  public func classifications() throws(EngramError) -> [ClassificationSummary] {
    var summaries: [ClassificationSummary] = []
    for record in try classificationRecords() { summaries.append(try ClassificationSummary(record)) }
    return summaries
  }

  /// The stored results of a number.
  ///
  /// - Throws: ``EngramError`` with code `notFound`, `corrupt` when a result is damaged.
  public func classification(_ id: Int64) throws(EngramError) -> Classification {
    let (record, splits) = try classificationRecord(id)
    var results: [SplitResult] = []
    for split in splits {
      do throws(EngramError) {
        let predictions = try split.predictions.map { (bytes) throws(EngramError) in try Predictions(bytes: bytes) }
        results.append(
          try SplitResult(
            json: try JSONValue(parsing: split.summary).asObject(), ordinal: split.ordinal, predictions: predictions))
      } catch {
        var damaged = error.inFile(path)
        damaged.code = .corrupt
        damaged.place = "results \(id), split \(split.ordinal)" + (error.place.map { ", \($0)" } ?? "")
        throw damaged
      }
    }
    return Classification(summary: try ClassificationSummary(record), splits: results)
  }

}

extension ClassificationSummary {
  init(_ record: ClassificationRecord) throws(EngramError) {
    self.init(
      id: record.id, isImported: record.origin == .imported, classifier: record.classifier, title: record.title,
      plan: try JSONValue(parsing: record.plan).asObject(), splitCount: record.splitCount,
      finishedCount: record.finishedCount, meanAccuracy: record.meanAccuracy)
  }
}
