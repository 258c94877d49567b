// ClassificationTask+Kept.swift -- what the store keeps of a plan: results of splits, and what a search knows so far.

import Base
import Classifiers
import Splits
import TrajectoryModel
import TrajectoryStore

extension ClassificationTask {
  private func planText() throws(EngramError) -> String { try JSONValue.object(json).text() }

  private func planHash() throws(EngramError) -> String {
    XXH3.hash128(unsafe Array(try planText().utf8).span.bytes)
  }

  /// Where results are kept.
  private var keeper: TrajectoryStore { options.resultStore ?? store }

  /// The splits that have results, where they are kept or in the store.
  func finishedSplits() throws(EngramError) -> Set<Int> {
    let hash = try planHash()
    let known = try store.finishedSplits(planHash: hash)
    return options.resultStore == nil ? known : known.union(try keeper.finishedSplits(planHash: hash))
  }

  /// The number of the results of the plan in the store, where some were kept without predictions; nil otherwise.
  func numberWithoutPredictions() throws(EngramError) -> Int64? {
    try store.classificationWithoutPredictions(planHash: try planHash())
  }

  /// Everything that is kept of the plan.
  func results() throws(EngramError) -> Classification {
    let hash = try planHash()
    var found: Classification?
    for place in options.resultStore == nil ? [store] : [keeper, store] {
      guard let known = try place.classificationRecord(planHash: hash) else { continue }
      let more = try place.classification(known.id)
      guard let first = found else {
        found = more
        continue
      }
      let others = more.splits.filter { split in !first.splits.contains { $0.ordinal == split.ordinal } }
      found = Classification(
        summary: first.summary, splits: (first.splits + others).sorted { $0.ordinal < $1.ordinal })
    }
    if let found { return found }
    throw EngramError(.notFound, "there are no results of this plan", file: store.path, mend: "classify first")
  }

  private func record() throws(EngramError) -> ClassificationRecord {
    ClassificationRecord(
      planHash: try planHash(), origin: .computed, classifier: plan.grid.kind.rawValue, title: set.name,
      plan: try planText(), splitCount: set.splits.count)
  }

  /// What an earlier run of the search of a split found out.
  func keptSearch(_ ordinal: Int) throws(EngramError) -> SearchRecord {
    let text = try keeper.classificationSearch(planHash: try planHash(), split: ordinal)
    return try text.map { (text) throws(EngramError) in try SearchRecord(json: JSONValue(parsing: text)) }
      ?? SearchRecord()
  }

  /// Keeps what the search of a split knows so far.
  func keep(_ search: SearchRecord, of ordinal: Int) throws(EngramError) {
    try keeper.keepSearch(
      try search.json.text(), split: ordinal, of: try record(),
      message: "the search in split \(set.splits[ordinal].name) of \(set.name), so far", options: write)
  }

  /// Keeps the result of a split.
  func keep(_ result: SplitResult) throws(EngramError) {
    let record = try record()
    let split = ClassificationSplitRecord(
      ordinal: result.ordinal, testAccuracy: result.test.confusion.accuracy,
      summary: try JSONValue.object(result.json).text(), predictions: result.predictions?.bytes)
    try keeper.add(
      [split], of: record, message: "split \(result.name) of \(set.name) by \(record.classifier)", options: write)
  }

  /// A result that is there is kept although the user has asked to stop.
  private var write: WriteOptions { WriteOptions(waitSeconds: options.waitSeconds) }
}
