// ClassificationRecord.swift -- results of classifiers as the catalog keeps them: plans and summaries are opaque text here.

/// What the catalog knows of a classification without the results of its splits.
package struct ClassificationRecord: Sendable, Hashable {
  /// Whether it was computed here or brought in from a file.
  package enum Origin: String, Sendable, Hashable { case computed, imported }

  /// The number, from 1.
  package var id: Int64
  /// The hash of the plan, as 32 hex digits.
  package var planHash: String
  /// Where it comes from.
  package var origin: Origin
  /// The kind of classifier, such as `random-forest`.
  package var classifier: String
  /// The name of the split set, or of the file it was brought in from.
  package var title: String
  /// Everything that determines the results, as JSON text.
  package var plan: String
  /// The number of splits.
  package var splitCount: Int
  /// How many of them are finished.
  package var finishedCount: Int
  /// The mean test accuracy of those that are finished, or nil while none is.
  package var meanAccuracy: Double?

  /// Makes a record of a classification that is to begin.
  package init(
    planHash: String, origin: Origin, classifier: String, title: String, plan: String, splitCount: Int
  ) {
    (id, finishedCount, meanAccuracy) = (0, 0, nil)
    self.planHash = planHash
    self.origin = origin
    self.classifier = classifier
    self.title = title
    self.plan = plan
    self.splitCount = splitCount
  }
}

/// The result of one split.
package struct ClassificationSplitRecord: Sendable, Hashable {
  /// Which split.
  package var ordinal: Int
  /// The share of test examples that were taken for what they are.
  package var testAccuracy: Double
  /// Everything else, as JSON text.
  package var summary: String
  /// What each test example was taken for, encoded by the room that writes it; nil where nobody kept it.
  package var predictions: [UInt8]?

  /// Makes a record.
  package init(ordinal: Int, testAccuracy: Double, summary: String, predictions: [UInt8]?) {
    self.ordinal = ordinal
    self.testAccuracy = testAccuracy
    self.summary = summary
    self.predictions = predictions
  }
}
